import { readFileSync, statSync } from 'node:fs';
import { codeOf } from '../../errors.js';
import { beside } from './beside.js';
import { withoutLink } from './without-link.js';

/** The byte of the log's index on which SQLite has the lock of the one who writes (`UNIX_SHM_BASE`, `WAL_WRITE_LOCK`). */
const WRITE_LOCK = 120;

/**
 * The pid of the process that writes to a store at this moment, as the kernel tells it; null when nobody does, or it cannot be
 * told: of a process in another pid namespace the kernel says nothing.
 */
export function lockHolder(file: string): number | null {
  try {
    const index = statSync(beside(withoutLink(file), 'index'));
    const listed = () => holderAmong(readFileSync('/proc/locks', 'latin1'), index.ino);
    // Longer than a page it comes in pieces, between which a line may move.
    return listed() ?? listed() ?? listed();
  } catch (error) {
    // Without an index, or without /proc, there is nothing to be read from.
    if (codeOf(error) === undefined) throw error;
    return null;
  }
}

/** @param locks as of `/proc/locks`: number, kind, advice, mode, pid, device and inode, first and last byte */
function holderAmong(locks: string, inode: number): number | null {
  for (const line of locks.split('\n')) {
    const [, , , mode, pid, place, first] = line.trim().split(/\s+/);
    const isIt = mode === 'WRITE' && first === String(WRITE_LOCK) && place?.split(':').at(2) === String(inode);
    if (isIt && Number(pid) > 0) return Number(pid);
  }
  return null;
}

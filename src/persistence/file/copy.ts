import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeOf, EspalierError } from '../../errors.js';
import { BESIDE_BY_SQLITE, type Beside, beside } from './beside.js';

/** What belongs to a store beside its file: commits that are not in it yet, and what undoes one that was broken off. */
const LOGS: readonly Beside[] = ['log', 'journal'];

/** How often a file is copied again that changed meanwhile. */
const ATTEMPTS = 3;

/** A copy of a store with its log, as they were at one moment. */
export interface StoreCopy {
  /** The file, in a folder of its own. */
  readonly file: string;
  /** Whether the store has changed since. */
  isOutdated(): boolean;
  /** Whoever has opened it keeps it until he closes it. */
  remove(): void;
}

/**
 * Whether the log's index can be neither found nor made beside a store, by what SQLite answers. Only then may there be a
 * copy: where the index is, somebody may be writing, and is read as he goes.
 */
export function lacksIndex(error: unknown, file: string): boolean {
  const code = codeOf(error) ?? '';
  return /^SQLITE_(CANTOPEN|READONLY)/.test(code) && existsSync(file) && !existsSync(beside(file, 'index'));
}

/**
 * Copies a store that this user may read and whose log's index he cannot make: the file is another user's, its folder or
 * disk is read-only. (SQLite would read it if it were told that the file cannot change; then it passes over the log.)
 *
 * @throws EspalierError `ESP_STORE_LOCKED` when it is written at this moment; what the system says of the copy
 */
export function copyStore(file: string): StoreCopy {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const seen = stateOf(file);
    const folder = mkdtempSync(join(tmpdir(), 'espalier-read-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    try {
      // What the umask has taken away.
      chmodSync(folder, 0o700);
      const copy = join(folder, 'store.db');
      take(file, copy);
      for (const log of LOGS) if (existsSync(beside(file, log))) take(beside(file, log), beside(copy, log));
      if (stateOf(file) === seen) return { file: copy, isOutdated: () => stateOf(file) !== seen, remove };
      remove();
    } catch (error) {
      remove();
      throw error;
    }
  }
  throw new EspalierError('ESP_STORE_LOCKED', `${file} is written at this moment, and may not be read so: try again`, {
    context: { file },
  });
}

function take(from: string, to: string): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  chmodSync(to, 0o600);
}

/** Equal while nobody has written. */
function stateOf(file: string): string {
  return [file, ...BESIDE_BY_SQLITE.map((part) => beside(file, part))]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false, bigint: true });
      return found ? `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}` : 'none';
    })
    .join(' ');
}

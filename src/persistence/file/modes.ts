import { chmodSync, closeSync, constants, fchmodSync, lstatSync, openSync, type Stats } from 'node:fs';
import { basename, dirname } from 'node:path';
import { codeOf } from '../../errors.js';
import { OWN_FOLDER } from '../../working-folder.js';
import { BESIDE, beside } from './beside.js';

/** A store holds what programs were given and what they said: by default it is its user's alone. */
export const PRIVATE = 0o600;

const BITS = 0o777;

/** Whoever may read a file may look into its folder. */
export function folderMode(mode: number): number {
  return mode | ((mode & 0o444) >> 2);
}

/** Makes the file of a store, empty, so that SQLite does not make it for everybody. */
export function createFile(file: string, mode: number): void {
  const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW } = constants;
  try {
    const fd = openSync(file, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, mode);
    try {
      // What the umask has taken away.
      fchmodSync(fd, mode);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    // Another process makes it at this moment.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/**
 * Gives a store that exists its mode, with all that lies beside it, and the folder where that is Espalier's own. What
 * belongs to another user is left as it is, and so is what links lead to.
 */
export function applyMode(file: string, mode: number): void {
  const files = [file, ...BESIDE.map((part) => beside(file, part))];
  for (const path of files) change(path, mode, (found) => found.isFile());
  const folder = dirname(file);
  if (basename(folder) === OWN_FOLDER) change(folder, folderMode(mode), (found) => found.isDirectory());
}

function change(path: string, mode: number, isOurs: (found: Stats) => boolean): void {
  try {
    const found = lstatSync(path);
    if (found.uid !== process.getuid?.() || !isOurs(found) || (found.mode & BITS) === mode) return;
    chmodSync(path, mode);
  } catch (error) {
    // It is not there, or lies where files have no modes of their own.
    if (!['ENOENT', 'ENOTDIR', 'EPERM', 'EROFS', 'ENOTSUP'].includes(codeOf(error) ?? '')) throw error;
  }
}

import { mkdirSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../errors.js';

/** Makes the folder that is ours to make; it ignores itself in git. Answers whether it was made here. */
export function createFolder(folder: string): boolean {
  let made = false;
  // Another process may have made it since: then it is that one's to take back.
  ignoring(['EEXIST'], () => {
    mkdirSync(folder);
    made = true;
  });
  if (made) writeFileSync(join(folder, '.gitignore'), '*\n');
  return made;
}

/** Takes back what a failed opening created (`folder` if it made that too), unless someone has used it since. */
export function undoCreation(file: string, folder: string | null): void {
  if (sizeOf(file) === 0 && !exists(`${file}-wal`) && !exists(`${file}-journal`)) rmSync(file, { force: true });
  if (folder === null || exists(file)) return;
  ignoring(['ENOENT'], () => unlinkSync(join(folder, '.gitignore')));
  ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(folder));
}

/** Which file a path leads to: a store that is replaced while it is opened must not be written. */
export function fileNumber(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.ino ?? null;
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}

function exists(path: string): boolean {
  return sizeOf(path) !== null;
}

function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}

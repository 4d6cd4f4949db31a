import { chmodSync, existsSync, mkdirSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../errors.js';
import { beside } from './beside.js';
import { folderMode } from './modes.js';

/** Makes the folder that is ours to make. Answers whether it was made here. */
export function createFolder(folder: string, mode: number): boolean {
  let made = false;
  // Another process may have made it since: then it is that one's to take back.
  ignoring(['EEXIST'], () => {
    mkdirSync(folder, folderMode(mode));
    made = true;
    // What the umask has taken away.
    chmodSync(folder, folderMode(mode));
  });
  return made;
}

/** Has git ignore the folder, with whatever will be in it. */
export function ignoreInGit(folder: string, mode: number): void {
  const file = join(folder, '.gitignore');
  ignoring(['EEXIST'], () => {
    writeFileSync(file, '*\n', { flag: 'wx', mode });
    chmodSync(file, mode);
  });
}

/** Takes back what a failed opening created (`folder` if it made that too), unless someone has used it since. */
export function undoCreation(file: string, folder: string | null): void {
  const used = existsSync(beside(file, 'log')) || existsSync(beside(file, 'journal'));
  if (!used && statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file, { force: true });
  if (folder === null || existsSync(file)) return;
  ignoring(['ENOENT'], () => unlinkSync(join(folder, '.gitignore')));
  ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(folder));
}

/** Which file a path leads to: a store that is replaced while it is opened must not be written. */
export function fileNumber(file: string): number | null {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.ino ?? null;
}

function ignoring(codes: readonly string[], act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}

import { mkdirSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../errors.js';
import type { Missing } from './preflight.js';

/** Makes the folder that is ours to make; it ignores itself in git. */
export function createFolder(missing: Missing): void {
  if (missing.folder === null) return;
  mkdirSync(missing.folder);
  writeFileSync(join(missing.folder, '.gitignore'), '*\n');
}

/** Takes back what a failed opening created, unless someone else has put something into it since. */
export function undoCreation(file: string, missing: Missing | null): void {
  if (missing === null) return;
  if (sizeOf(file) === 0 && !exists(`${file}-wal`) && !exists(`${file}-journal`)) rmSync(file, { force: true });
  if (missing.folder === null || exists(file)) return;
  ignoring(['ENOENT'], () => unlinkSync(join(missing.folder ?? '', '.gitignore')));
  ignoring(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(missing.folder ?? ''));
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

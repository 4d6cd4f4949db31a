import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { fixture } from './doomed-host.js';

const NOBODY = 65534;

/**
 * Installs the program that becomes root, whoever starts it, in a folder that nobody (the user of that name) may write; null
 * where that cannot be had.
 */
export function installForeignProgram(folder: string): string | null {
  const program = join(folder, 'changes-user');
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('cc', ['-o', program, fixture('changes-user.c')]).status !== 0) return null;
  chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, 0o755);
  chmodSync(program, 0o4755);
  return program;
}

/** Starts a Node program as nobody, who may not signal what became root. */
export function startAsNobody(words: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, words, { uid: NOBODY, gid: NOBODY, cwd: '/' });
}

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = [
  ...['src', 'inspector', 'test', 'bench', 'examples', 'scripts', '.ci', '.gitignore'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'knip.json'],
  ...['stryker.config.mjs', 'vitest.config.ts'],
];

/** A copy of this repository, to break rules in. */
export class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-house-'));

  constructor() {
    for (const name of COPIED) cpSync(join(root, name), join(this.folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Writes a file, or adds to one that is there. */
  plant(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    appendFileSync(join(this.folder, path), text);
  }

  replace(path: string, said: string, instead: string): void {
    const text = readFileSync(join(this.folder, path), 'utf8');
    writeFileSync(join(this.folder, path), text.replace(said, instead));
  }

  /** Runs a program of the repository in it: its status, and the lines it wrote to stderr. */
  run(...args: readonly string[]): { readonly status: number | null; readonly said: readonly string[] } {
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: this.folder, encoding: 'utf8' });
    return { status, said: stderr.split('\n').filter((line) => line !== '') };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

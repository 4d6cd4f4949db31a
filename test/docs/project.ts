import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of the repository. */
export function page(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}

/** A folder as of a project that has the package installed, and others; it goes with the tests of the file. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'espalier-docs-'));

  constructor(...packages: readonly string[]) {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
    const modules = join(this.folder, 'node_modules');
    mkdirSync(modules);
    symlinkSync(root, join(modules, 'espalier'));
    for (const name of packages) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
    }
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  node(...words: readonly string[]) {
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: this.folder, encoding: 'utf8' });
    return { stdout, stderr, status };
  }
}

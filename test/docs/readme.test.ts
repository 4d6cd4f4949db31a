import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'espalier-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the README', () => {
  it('shows a program that does what it says, in under 30 lines', () => {
    const program = /```js\n(.*?)```/s.exec(readFileSync(join(root, 'README.md'), 'utf8'))?.[1] ?? '';
    expect(program.split('\n').length).toBeLessThan(31);

    // As in a project that has the package and XState installed.
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'espalier'));
    symlinkSync(join(root, 'node_modules', 'xstate'), join(folder, 'node_modules', 'xstate'));
    writeFileSync(join(folder, 'first.mjs'), program);
    const { stdout, stderr, status } = spawnSync(process.execPath, ['first.mjs'], { cwd: folder, encoding: 'utf8' });
    expect({ stdout, stderr, status }).toEqual({
      stdout: 'fragile ended: crash\nhello 3\nfragile lives, incarnation 2\n',
      stderr: '',
      status: 0,
    });
  });

  it('names only commands that there are', () => {
    const main = join(root, 'dist', 'cli', 'main.js');
    const { stdout } = spawnSync(process.execPath, [main, '--help'], { encoding: 'utf8' });
    for (const file of ['README.md', 'docs/getting-started.md', 'docs/semantics.md']) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, command] of text.matchAll(/espalier ([a-z]+)\b/g)) {
        if (!['is', 'needs', 'import'].includes(command ?? '')) expect(stdout).toContain(`  ${command} `);
      }
    }
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'espalier-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the program in docs/testing.md runs, and fails as it is said there', () => {
  const text = readFileSync(join(root, 'docs/testing.md'), 'utf8');
  const program = /```js\n(.*?)```/s.exec(text)?.[1] ?? '';
  const failure = /```\n(path .*?)```/s.exec(text)?.[1] ?? '';
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'espalier'));
  symlinkSync(join(root, 'node_modules', 'xstate'), join(folder, 'node_modules', 'xstate'));
  writeFileSync(join(folder, 'first.mjs'), program);
  const { stdout, stderr } = spawnSync(process.execPath, ['first.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trim()).toBe(`5 paths, 5 transitions\n${failure.trim()}`);
});

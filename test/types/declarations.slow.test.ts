import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { exports, dependencies }: { exports: object; dependencies: object } = createRequire(import.meta.url)(
  '../../package.json',
);

const folder = mkdtempSync(join(tmpdir(), 'espalier-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('its types compile in a strict program that has nothing but its dependencies and the types of Node', () => {
  const modules = join(folder, 'node_modules');
  // A copy: behind a link the compiler would find the types that only this repository has installed.
  cpSync(join(root, 'dist'), join(modules, 'espalier', 'dist'), {
    recursive: true,
    filter: (file) => file.endsWith('.d.ts') || statSync(file).isDirectory(),
  });
  cpSync(join(root, 'package.json'), join(modules, 'espalier', 'package.json'));
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  const entries = Object.keys(exports).filter((name) => name !== './package.json');
  const program = entries.map((name, i) => `export * as e${i} from 'espalier${name.slice(1)}';\n`);
  writeFileSync(join(folder, 'program.mts'), program.join(''));

  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--module', 'nodenext', '--types', 'node'];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, 'program.mts'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
});

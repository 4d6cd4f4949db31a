// Compiles src into dist and copies what is not TypeScript (shell scripts and the like) beside it, modes kept.
// dist is updated in place, so that a process that runs from it is not pulled away from under itself.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'dist');

const startedAt = new Date();
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

for (const file of files(source)) if (!isTypeScript(file)) copy(file, join(target, relative(source, file)));
for (const file of files(target)) if (!hasSource(file)) rmSync(file);
makeExecutable(join(target, 'cli', 'main.js'));

// The stamp carries the time at which the build began: what was edited meanwhile counts as newer.
const stamp = join(target, '.built');
writeFileSync(stamp, '');
utimesSync(stamp, startedAt, startedAt);

function* files(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

function isTypeScript(file) {
  return file.endsWith('.ts');
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

function hasSource(file) {
  const origin = join(source, relative(target, file));
  return existsSync(origin) || existsSync(origin.replace(/(\.d\.ts|\.js\.map|\.js)$/, '.ts'));
}

function makeExecutable(file) {
  if (existsSync(file)) chmodSync(file, 0o755);
}

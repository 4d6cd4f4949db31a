// Makes a fresh clone ready (dependencies, native binding, build), each step only when it is needed, then runs a command:
//   node scripts/bootstrap.mjs [COMMAND ARGUMENT…]
// Plain Node without dependencies, because npm runs a script without installing anything first.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

requireNode(20, 19);
if (!dependenciesFit()) step('installing dependencies', () => npm('ci', '--include=dev'));
if (!bindingLoads())
  step('building the SQLite binding', () => npm('rebuild', 'better-sqlite3', '--foreground-scripts'));
if (!buildFits()) step('building', () => run(process.execPath, [at('scripts', 'build.mjs')]));

const [command, ...args] = process.argv.slice(2);
if (command !== undefined) hand(command, args);

function requireNode(major, minor) {
  const [have = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (have > major || (have === major && haveMinor >= minor)) return;
  fail(`Espalier needs Node ${major}.${minor} or newer; this is ${process.versions.node}`);
}

/** Whether node_modules holds exactly what the lock file pins; optional packages of other platforms may be absent. */
function dependenciesFit() {
  const installed = packagesOf(at('node_modules', '.package-lock.json'));
  const pinned = packagesOf(at('package-lock.json'));
  return Object.entries(pinned).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? entry.optional === true : found.version === entry.version && existsSync(at(path));
  });
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** In a process of its own: a binding that was loaded and then replaced would stay loaded here. */
function bindingLoads() {
  const package_ = createRequire(import.meta.url).resolve('better-sqlite3');
  const probe = `new (require(${JSON.stringify(package_)}))(':memory:').close()`;
  return spawnSync(process.execPath, ['-e', probe], { stdio: 'ignore' }).status === 0;
}

/** Whether dist was built after the last change, removals included (they change their folder). */
function buildFits() {
  const stamp = at('dist', '.built');
  if (!existsSync(stamp)) return false;
  const builtAt = statSync(stamp).mtimeMs;
  const singles = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'].map((file) =>
    at(file),
  );
  const folders = ['src', 'inspector'];
  const inside = folders.flatMap((folder) =>
    readdirSync(at(folder), { recursive: true }).map((name) => at(folder, name)),
  );
  return [...singles, ...folders.map((folder) => at(folder)), ...inside].every(
    (path) => statSync(path).mtimeMs < builtAt,
  );
}

function step(what, act) {
  process.stderr.write(`espalier: ${what} …\n`);
  act();
}

function npm(...args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('.js')) run(process.execPath, [cli, ...args]);
  else run('npm', args);
}

function run(file, args) {
  const done = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.error) fail(`${file} did not start: ${done.error.message}`);
  if (done.status !== 0) fail(`"${[file, ...args].join(' ')}" failed; its output is above`);
}

function fail(message) {
  process.stderr.write(`espalier: ${message}\n`);
  process.exit(1);
}

/** Runs the command in our place: its signals are passed on, its end is ours. A terminal signals it by itself. */
function hand(file, rest) {
  const path = [at('node_modules', '.bin'), process.env.PATH].join(delimiter);
  const child = spawn(file, rest, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${file} did not start: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

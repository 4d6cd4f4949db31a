// Runs the tests of an older commit against the present build: `older-tests.mjs COMMIT [--mode slow|alone] [--list] [FILTER…]`.
//
// Taken are those that know the package as a user does: by its name, its command line and its built worker. Their helpers may
// also read `/proc` with what that commit read it with. The commit stands in a folder of its own, in which `dist`, `sdk` and
// `package.json` are the present ones. What fails has changed for users: it is deliberate and in CHANGELOG.md, or a fault.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { mode: { type: 'string', default: 'test' }, list: { type: 'boolean', default: false } },
});
const [commit, ...filters] = positionals;
if (commit === undefined) throw new Error('which commit? older-tests.mjs COMMIT');

/** Sources that are entries under another name: whoever imports them there gets those of the present build. */
const ENTRIES = ['index', 'client', 'worker', 'testing/index'];
/** What helpers call to have a command within their process: they get that of the present build, as a process. */
const COMMAND = 'src/cli/command-line.ts';
/** Sources with which helpers look at processes and make ids; they do nothing to what is tested. */
const TOOLS = /^src\/(errors|machines\/ids|transport\/process\/(proc|stat|identity|cookies))\.ts$/;
/** The folder itself stands in a helper for tests below the system, which are left out. */
const BUILT = /^dist\/((cli\/main|worker|index|client|testing\/index)\.js)?$/;
const IMPORT =
  /^(?:import|export) (?!type )(?:[^'";]*? from )?'((?:\.|espalier)[^']*)'|\bimport\('(\.[^']+)'|new URL\('(\.[^']+)', import/gm;

/**
 * The package's own entry, with what has been renamed since under its old name too, so that it hides nothing else:
 * `system.pool` of an exec pool is `system.execPool`.
 */
const RENAMED = (built) => `
import * as present from ${JSON.stringify(built)};
export * from ${JSON.stringify(built)};
export async function createSystem(options) {
  const system = await present.createSystem(options);
  const pool = system.pool.bind(system);
  system.pool = (path) => {
    try {
      return pool(path);
    } catch (error) {
      if (error.context?.mode === 'exec') return system.execPool(path);
      throw error;
    }
  };
  return system;
}
`;

const COMMANDED = (main) => `
import { spawnSync } from 'node:child_process';
export async function runCommandLine(args) {
  const done = spawnSync(process.execPath, [${JSON.stringify(main)}, ...args], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  process.stdout.write(done.stdout);
  process.stderr.write(done.stderr);
  process.exitCode = done.status;
}
`;

const folder = mkdtempSync(join(tmpdir(), 'espalier-older-'));
try {
  unpack();
  const files = execFileSync('git', ['ls-tree', '-r', '--name-only', commit, 'test'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => path.endsWith('.test.ts') && isOfMode(path) && filters.every((word) => path.includes(word)));
  const taken = files.filter((path) => !path.startsWith('test/process/') && knowsEntriesAlone(path));
  console.log(`${taken.length} of ${files.length} test files know public entries alone`);
  if (values.list) console.log(taken.join('\n'));
  else if (taken.length > 0) process.exitCode = play(taken);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function unpack() {
  // Some tests start hosts of another user.
  chmodSync(folder, 0o755);
  const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  for (const name of ['dist', 'sdk', 'node_modules']) {
    rmSync(join(folder, name), { recursive: true, force: true });
    symlinkSync(join(root, name), join(folder, name));
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, RENAMED(join(root, 'dist', 'index.js')));
  manifest.exports['.'] = './entry.js';
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, COMMAND), COMMANDED(join(root, 'dist', 'cli', 'main.js')));
  for (const name of ENTRIES) {
    const built = name === 'index' ? entry : join(root, 'dist', `${name}.js`);
    writeFileSync(join(folder, 'src', `${name}.ts`), `export * from ${JSON.stringify(built)};\n`);
  }
}

function isOfMode(path) {
  const [, mode = 'test'] = /\.(slow|alone)\.test\.ts$/.exec(path) ?? [];
  return mode === values.mode;
}

/** Whether what a test reaches of the package, itself or through helpers, is what every user has, and whether that is anything. */
function knowsEntriesAlone(test) {
  const seen = new Set([test]);
  for (const path of seen) {
    if (path.startsWith('test/') && /\.(ts|js|mjs)$/.test(path)) for (const next of importsOf(path)) seen.add(next);
  }
  const isEntry = (path) => BUILT.test(path) || path === COMMAND || ENTRIES.some((name) => path === `src/${name}.ts`);
  const reached = [...seen].filter((path) => /^(src|dist|inspector|scripts)\//.test(path));
  const isNamed = [...seen].some((path) => path.startsWith('espalier'));
  return (isNamed || reached.some(isEntry)) && reached.every((path) => isEntry(path) || TOOLS.test(path));
}

function importsOf(path) {
  if (!existsSync(join(folder, path))) return [];
  const found = [...readFileSync(join(folder, path), 'utf8').matchAll(IMPORT)];
  return found.map(([, named, later, started]) => {
    if (named?.startsWith('espalier')) return named;
    const to = posix.join(posix.dirname(path), named ?? later ?? started);
    const source = to.replace(/\.js$/, '.ts');
    return existsSync(join(folder, source)) ? source : to;
  });
}

function play(files) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const mode = values.mode === 'test' ? [] : ['--mode', values.mode];
  return spawnSync(process.execPath, [vitest, 'run', ...mode, ...files], { cwd: folder, stdio: 'inherit' }).status ?? 1;
}

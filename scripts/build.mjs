// Compiles src into dist and copies what is not TypeScript (shell scripts and the like) beside it, modes kept; makes the
// inspector's page (inspector/) unless nothing that it is made from has changed. Where there is a C compiler it makes the
// zygote too; without one Espalier starts programs by `sh`, which is slower.
// Each file of dist is replaced whole and only when it changed, so that whoever runs from it meanwhile reads no half file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const target = join(root, 'dist');
const stamp = join(target, '.built');
/** As deep as dist, so that source maps stay true. */
const fresh = join(root, `.build-${process.pid}`);
const page = join(target, 'inspector');
/** The digest of what the page in dist was made from. */
const pageStamp = join(target, '.inspector');

const startedAt = new Date();
try {
  compile();
  compileZygote();
  const digest = pageDigest();
  const isPageOld = !existsSync(pageStamp) || readFileSync(pageStamp, 'utf8') !== digest;
  if (isPageOld) makePage();
  const built = new Set([...take(fresh, () => true), ...take(source, (file) => !/\.(ts|c|h)$/.test(file))]);
  const kept = isPageOld ? [stamp, pageStamp] : [stamp, pageStamp, ...files(page)];
  for (const file of files(target)) if (!built.has(file) && !kept.includes(file)) rmSync(file);
  if (isPageOld && process.exitCode === undefined) writeFileSync(pageStamp, digest);
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
if (process.exitCode === undefined) {
  // The time at which the build began: what was edited meanwhile counts as newer.
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', fresh];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}

function makePage() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = [
    vite,
    'build',
    join(root, 'inspector'),
    '--outDir',
    join(fresh, 'inspector'),
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}

/** Over everything that the page can be made from: its own folder, what the client imports, and the tools. */
function pageDigest() {
  const folders = [
    'inspector',
    'src/transport/inspector/protocol',
    'src/transport/inspector/client',
    'src/machines',
  ].map((folder) => join(root, folder));
  const singles = ['src/client.ts', 'src/errors.ts', 'package-lock.json'].map((file) => join(root, file));
  const hash = createHash('sha256');
  for (const file of [...folders.flatMap((folder) => [...files(folder)]), ...singles].sort()) {
    hash.update(relative(root, file)).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Static if that can be: then it starts faster, and runs on every distribution. */
function compileZygote() {
  const folder = join('transport', 'process', 'zygote');
  const output = join(fresh, folder, `zygote-${process.arch}`);
  mkdirSync(dirname(output), { recursive: true });
  const arguments_ = ['-O2', '-s', '-o', output, ...['zygote.c', 'child.c'].map((file) => join(source, folder, file))];
  const compiles = (...more) => spawnSync(process.env.CC ?? 'cc', [...more, ...arguments_], { stdio: 'pipe' });
  if (compiles('-static').status === 0) return;
  const { status, error, stderr } = compiles();
  if (status !== 0) console.warn(`espalier: no zygote, programs are started by sh: ${error?.message ?? stderr}`);
}

/** Brings the wanted files of a folder to their places in dist; answers those places. */
function* take(folder, wanted) {
  for (const file of [...files(folder)].filter(wanted)) {
    const place = join(target, relative(folder, file));
    const mode = place === join(target, 'cli', 'main.js') ? 0o755 : statSync(file).mode;
    replace(place, readFileSync(file), mode);
    yield place;
  }
}

function replace(place, content, mode) {
  if (existsSync(place) && readFileSync(place).equals(content)) return chmodSync(place, mode);
  mkdirSync(dirname(place), { recursive: true });
  const draft = `${place}.${process.pid}`;
  writeFileSync(draft, content);
  chmodSync(draft, mode);
  renameSync(draft, place);
}

function* files(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
  }
}

// The packages of the peers. They are no dependencies of Espalier: a benchmark that needs them installs them, once.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const SOURCE = new URL('./', import.meta.url);
// Not beside the list of them: what lies below `bench` is ours, and checked.
const INSTALLED = new URL('../../../node_modules/.cache/espalier-bench-peers/', import.meta.url);
const LISTS = ['package.json', 'package-lock.json'];

/** Installs what is missing. @throws Error with what npm says when it cannot be */
export function installPeers() {
  if (isInstalled()) return;
  mkdirSync(INSTALLED, { recursive: true });
  for (const list of LISTS) copyFileSync(new URL(list, SOURCE), new URL(list, INSTALLED));
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(INSTALLED),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the peers cannot be installed: ${stderr}`);
}

/** What npm writes last is there, and the lists are those of now. */
function isInstalled() {
  const same = (list) => {
    const copy = new URL(list, INSTALLED);
    return existsSync(copy) && readFileSync(copy).equals(readFileSync(new URL(list, SOURCE)));
  };
  return existsSync(new URL('node_modules/.package-lock.json', INSTALLED)) && LISTS.every(same);
}

/** A peer's module. */
export function fromPeers(name) {
  const { resolve } = createRequire(new URL('package.json', INSTALLED));
  return import(pathToFileURL(resolve(name)).href);
}

/** Its version, as it is measured. */
export function versionOf(name) {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', SOURCE), 'utf8'));
  return lock.packages[`node_modules/${name}`].version;
}

// The built package, or another build that ESPALIER_DIST names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { ESPALIER_DIST } = process.env;
/** Where the build is. */
export const built = ESPALIER_DIST ? pathToFileURL(`${ESPALIER_DIST}/`) : new URL('../../dist/', import.meta.url);

/** A module of the build, by its path in it. */
export const fromBuilt = (path) => import(new URL(path, built));

/** A folder for a benchmark's files, and how to remove it. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'espalier-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A system with one exec pool `x` and a durable store of its own. */
export async function startSystem({ command, size, name = 'bench' }) {
  const { createSystem, pool } = await fromBuilt('index.js');
  const folder = temporaryFolder();
  const store = join(folder.path, 'bench.db');
  const children = [pool({ id: 'x', mode: 'exec', command, size })];
  const system = await createSystem({ name, store, synchronous: 'full', children });
  await system.execPool('x').ready();
  return { system, store, removeStore: folder.remove };
}

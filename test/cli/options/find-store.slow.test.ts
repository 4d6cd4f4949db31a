import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/persistence/index.js';
import { IDENTITY } from '../../persistence/support/world.js';
import { espalierHere, newFolder } from '../espalier.js';

/** A folder whose `.espalier` holds stores of these names, each with one host of the same name. */
async function withStores(...names: readonly string[]): Promise<string> {
  const folder = newFolder();
  mkdirSync(join(folder, '.espalier'));
  for (const name of names) {
    await using store = await openStore(join(folder, '.espalier', `${name}.db`), { mode: 'write', runId: name });
    await store.hosts.register({ runId: name, name, identity: IDENTITY, node: 'v20', version: '0.0.0' });
  }
  return folder;
}

const hostsIn = (stdout: string) => [...stdout.matchAll(/"runId":"(\w+)"/g)].map(([, runId]) => runId);

it('a reader that names no store reads the only one, whoever made it', async () => {
  const folder = await withStores('py');
  writeFileSync(join(folder, '.espalier', 'notes.txt'), 'no store');
  for (const command of ['events', 'janitor --dry-run']) {
    const { code, stdout, stderr } = await espalierHere(folder, [...command.split(' '), '--json']);
    expect([code, hostsIn(stdout)[0], stderr]).toEqual([0, 'py', '']);
  }
  for (const command of ['runs', 'ps', 'tree']) {
    expect(await espalierHere(folder, [command])).toMatchObject({ code: 0, stderr: '' });
  }
});

it('reads its own beside others, and says which there are', async () => {
  const { code, stdout, stderr } = await espalierHere(await withStores('espalier', 'py', 'app'), ['events', '--json']);
  expect([code, hostsIn(stdout)]).toEqual([0, ['espalier']]);
  expect(stderr).toMatch(/beside it are \.espalier\/app\.db, \.espalier\/py\.db/);
});

it('names several of which none is its own, and reads none', async () => {
  const folder = await withStores('py', 'app');
  const { code, stdout, stderr } = await espalierHere(folder, ['tree']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/--db: \.espalier\/app\.db, \.espalier\/py\.db/);
  expect(await espalierHere(folder, ['events', '--json', '--db', '.espalier/py.db'])).toMatchObject({ code: 0 });
});

it('says of a folder without a store which one it looked for', async () => {
  for (const folder of [newFolder(), await withStores()]) {
    const { code, stderr } = await espalierHere(folder, ['runs']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('.espalier/espalier.db is not there')]);
  }
});

import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openReader } from '../../../src/host/store-access.js';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';
import { SmallDisk } from '../../support/small-disk.js';
import { IDENTITY, newFile, open } from '../support/world.js';

type Parts = readonly ('' | '-wal' | '-shm')[];

const copies = () => readdirSync(tmpdir()).filter((name) => name.startsWith('espalier-read-'));

/** A store with some events, all of which stand in its log alone. */
async function livingStore(events: number, identity = IDENTITY) {
  const file = newFile();
  const store = await open(file, { runId: 'h', synchronous: 'normal' });
  await store.hosts.register({ runId: 'h', name: 'test', identity, node: process.version, version: '0.0.0' });
  for (let n = 1; n < events; n += 1) await append(store);
  return { file, store };
}

async function append(store: Awaited<ReturnType<typeof open>>): Promise<void> {
  await store.journal.append([{ type: 'pool.ready', path: '/p', data: { size: 1 } }]);
}

/** Those files of a store, on a disk that cannot be written. */
function put(disk: SmallDisk, file: string, parts: Parts): string {
  const there = join(disk.path, 'store.db');
  disk.setReadOnly(false);
  for (const part of ['', '-wal', '-shm'] as const) rmSync(`${there}${part}`, { force: true });
  for (const part of parts) if (existsSync(`${file}${part}`)) copyFileSync(`${file}${part}`, `${there}${part}`);
  disk.setReadOnly(true);
  return there;
}

async function count(file: string): Promise<number> {
  await using reader = await openReader(file);
  let found = 0;
  for await (const _ of reader.journal.tail({ after: 0, follow: false })) found += 1;
  return found;
}

it('a store that cannot be written is read with every committed row, with and without its log and its index', async () => {
  const disk = SmallDisk.mount(8 * 1024);
  if (!disk) return;
  const { file, store } = await livingStore(5);
  expect(await count(put(disk, file, ['', '-wal', '-shm']))).toBe(5);
  expect(await count(put(disk, file, ['', '-wal']))).toBe(5);
  await store.close();
  expect(await count(put(disk, file, ['']))).toBe(5);
  expect(copies()).toEqual([]);
  disk.setReadOnly(false);
});

it('what is read as a copy is copied again when it has changed, and whoever waits is told', async () => {
  const disk = SmallDisk.mount(8 * 1024);
  if (!disk) return;
  const { file, store } = await livingStore(2);
  await using reader = await openReader(put(disk, file, ['', '-wal']));
  expect(await reader.journal.head()).toBe(2);
  const changed = reader.journal.changed(AbortSignal.timeout(60_000));
  await append(store);
  put(disk, file, ['', '-wal']);
  await changed;
  await vi.waitFor(async () => expect(await reader.journal.head()).toBe(3), { timeout: 60_000 });
  await store.close();
  disk.setReadOnly(false);
});

it('a store whose log was taken away from under its living host is not read as if that were all', async () => {
  const own = readIdentity(process.pid);
  if (!own) throw new Error('this process cannot be found in /proc');
  const { file, store } = await livingStore(5, own);
  expect(await count(file)).toBe(5);
  const moved = newFile();
  // What a host has committed before stands in the file, what it commits now in a log that is elsewhere.
  await store.close();
  copyFileSync(file, moved);
  await expect(openReader(moved)).rejects.toMatchObject({
    code: 'ESP_STORE_UNUSABLE',
    message: expect.stringContaining(`its host lives (pid ${process.pid})`),
  });
});

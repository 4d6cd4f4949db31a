import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openReader, type SnapshotRecord, type StoreReader } from 'espalier';
import { expect, it, onTestFinished } from 'vitest';
import { line } from '../../transport/process/support.js';
import { folder } from '../support/support.js';

const SCRIPT = fileURLToPath(new URL('../fixtures/saving-host.mjs', import.meta.url));

/** What a host told of its machine. */
interface Told {
  readonly runId: string;
  readonly value: string;
  readonly count: number;
}

/** A host in a process of its own, whose machine counts and is saved. */
class SavingHost {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;

  constructor(
    readonly store: string,
    version: string,
  ) {
    this.process = spawn(process.execPath, [SCRIPT, store, version], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void this.process.kill('SIGKILL'));
  }

  async told(): Promise<Told> {
    return JSON.parse(await line(this.process.stdout));
  }

  add(times: number): void {
    this.process.stdin.write(`${times}\n`);
  }

  async kill(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** What is committed of the machine in a host. */
async function committed(reader: StoreReader, runId: string): Promise<SnapshotRecord | undefined> {
  const records = await reader.snapshots.list(runId);
  return records.find(({ path, kind }) => path === '/ledger' && kind !== 'observed');
}

function counted(record: SnapshotRecord | undefined): number {
  const found = /"count":(\d+)/.exec(JSON.stringify(record?.state ?? null));
  return Number(found?.[1] ?? 0);
}

/** Waits until so much is acknowledged as saved; resolves with how much it then is. */
async function saved(reader: StoreReader, runId: string, least: number): Promise<number> {
  for (;;) {
    const count = counted(await committed(reader, runId));
    if (count >= least) return count;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const stateAfter = (count: number) => (count % 2 === 0 ? 'even' : 'odd');

it('a machine whose host was killed goes on in the next one from the state and context that were saved last', async () => {
  const store = join(folder(), 'store.db');
  const first = new SavingHost(store, '1');
  const { runId, count } = await first.told();
  expect(count).toBe(0);
  await using reader = await openReader(store);
  first.add(7);
  await saved(reader, runId, 7);
  await first.kill();
  const second = new SavingHost(store, '1');
  expect(await second.told()).toMatchObject({ value: 'odd', count: 7 });
  second.add(1);
  second.process.stdin.end();
  await once(second.process, 'exit');
  expect(await new SavingHost(store, '1').told()).toMatchObject({ value: 'even', count: 8 });
});

it('killed at any moment of its work, it goes on from one whole state, never from one older than was acknowledged', async () => {
  const store = join(folder(), 'store.db');
  let acknowledged = 0;
  for (const kill of [1, 2, 3]) {
    const host = new SavingHost(store, '1');
    const { runId, count } = await goesOn(host, acknowledged);
    await using reader = await openReader(store);
    host.add(1_000_000);
    const seen = await saved(reader, runId, count + 20 * kill);
    await host.kill();
    acknowledged = counted(await committed(reader, runId));
    expect(acknowledged).toBeGreaterThanOrEqual(seen);
  }
  await goesOn(new SavingHost(store, '1'), acknowledged);
});

/**
 * A state that was on its way to the disk when its host was killed was acknowledged to nobody; whether it has arrived is
 * decided when the store is opened next.
 */
async function goesOn(host: SavingHost, acknowledged: number): Promise<Told> {
  const told = await host.told();
  expect(told.count).toBeGreaterThanOrEqual(acknowledged);
  expect(told.value).toBe(stateAfter(told.count));
  return told;
}

it('left by a killed host for another version, it is quarantined, and found again by the right one', async () => {
  const store = join(folder(), 'store.db');
  const first = new SavingHost(store, '1');
  const { runId } = await first.told();
  await using reader = await openReader(store);
  first.add(3);
  await saved(reader, runId, 3);
  await first.kill();
  for (const attempt of [1, 2]) {
    const other = new SavingHost(store, '2');
    const why = { code: 'ESP_SNAPSHOT', message: expect.stringContaining('of version 1, not 2') };
    expect(await other.told(), `attempt ${attempt}`).toMatchObject(why);
    await once(other.process, 'exit');
  }
  expect((await reader.snapshots.list()).filter(({ kind }) => kind === 'quarantined')).toMatchObject([
    { path: '/ledger', state: { snapshot: { value: 'odd', context: { count: 3 } } } },
  ]);
  expect(await new SavingHost(store, '1').told()).toMatchObject({ value: 'odd', count: 3 });
});

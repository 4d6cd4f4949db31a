import { expect, it } from 'vitest';
import type { RunRecord, RunStore } from '../../../src/persistence/store.js';
import { Failure, Run } from '../../../src/work/runs/run.js';
import { newFile, open, openHost, runSlot, startRun } from '../../persistence/support/world.js';

it('wakes who reads its rows, and none of a thousand who read those of other runs', async () => {
  const file = newFile();
  const store = await openHost(file);
  const run = await startRun(store, ['a', 'b', 'c']);
  const record = await store.runs.get(run);
  if (!record) throw new Error('no run');
  let reads = 0;
  const get = async (id: string): Promise<RunRecord> => {
    reads += 1;
    return { ...record, run: id };
  };
  const others: RunStore = { ...store.runs, get, committed: async () => [] };
  const handle = (runs: RunStore, of: RunRecord) =>
    new Run({ runs, journal: store.journal }, of, new Failure(), () => undefined);
  const left = new AbortController();
  const waiting = Array.from({ length: 1000 }, async (_, n) => {
    const rows = handle(others, { ...record, run: `other-${n}` }).committed({ signal: left.signal });
    expect((await rows.next()).done).toBe(true);
  });
  const rows = handle(store.runs, record).committed();
  for (const index of [0, 1]) {
    const row = rows.next();
    await runSlot(store, index);
    await store.runs.commit(run, 'host-a', [index], null);
    expect((await row).value).toMatchObject({ index });
  }
  // What another process commits wakes by what it is about as well.
  const row = rows.next();
  await runSlot(store, 2);
  await (await open(file)).runs.commit(run, 'host-a', [2], null);
  expect((await row).value).toMatchObject({ index: 2 });
  expect(reads).toBe(1000);
  left.abort();
  await Promise.all(waiting);
  await rows.return();
});

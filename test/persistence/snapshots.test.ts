import { describe, expect, it } from 'vitest';
import type { SnapshotRecord, Store } from '../../src/persistence/store.js';
import { codeOf, newFile, openHost } from './support/world.js';

type Put = Parameters<Store['snapshots']['put']>[0];
const record = (path: string, state: unknown, more: Partial<Put> = {}): Put => ({
  path,
  incarnation: 1,
  kind: 'observed',
  role: 'worker',
  state,
  detail: { pid: 1 },
  ...more,
});
const states = (records: readonly SnapshotRecord[]) => records.map(({ path, kind, state }) => [path, kind, state]);

describe('snapshots', () => {
  it('hold the last state of each path and kind, of one host or the newest', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.snapshots.put(record('/b', { deep: [1] }));
    await store.snapshots.put(record('/a', 'idle'));
    await store.snapshots.put(record('/a', 'saved', { kind: 'snapshot' }));
    await store.snapshots.put(record('/a', 'ready', { incarnation: 2 }));
    expect(states(await store.snapshots.list())).toEqual([
      ['/a', 'observed', 'ready'],
      ['/a', 'snapshot', 'saved'],
      ['/b', 'observed', { deep: [1] }],
    ]);
    const other = await openHost(file, 'host-b');
    expect(await other.snapshots.list()).toEqual([]);
    await other.snapshots.put(record('/a', 'new'));
    expect(states(await other.snapshots.list())).toEqual([['/a', 'observed', 'new']]);
    expect(await other.snapshots.list('host-a')).toHaveLength(3);
    await other.snapshots.remove('/a');
    expect(await other.snapshots.list('host-a')).toHaveLength(3);
  });

  it('of one path before a commit are written once, and the last one counts', async () => {
    const store = await openHost(newFile());
    let commits = 0;
    store.journal.onCommit(() => {
      commits += 1;
    });
    const puts = Array.from({ length: 5_000 }, (_, index) => store.snapshots.put(record('/a', index)));
    await Promise.all(puts);
    expect(states(await store.snapshots.list())).toEqual([['/a', 'observed', 4_999]]);
    expect(commits).toBe(1);
  });

  it('are removed in the order of the calls', async () => {
    const store = await openHost(newFile());
    const calls = [
      store.snapshots.put(record('/a', 1)),
      store.snapshots.put(record('/b', 1)),
      store.snapshots.remove('/a'),
      store.snapshots.remove('/b'),
      store.snapshots.put(record('/a', 2)),
    ];
    await Promise.all(calls);
    expect(states(await store.snapshots.list())).toEqual([['/a', 'observed', 2]]);
  });

  it('that JSON cannot hold are refused', async () => {
    const store = await openHost(newFile());
    expect(await codeOf(store.snapshots.put(record('/a', undefined)))).toBe('ESP_INVALID');
  });
});

import { describe, expect, it } from 'vitest';
import type { SnapshotRecord, Store } from '../../../../src/persistence/store.js';
import { codeOf, journalTypes, newFile, openHost } from '../../support/world.js';

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

describe('the saved state of a machine', () => {
  const saved = (state: unknown, path = '/m') => record(path, state, { kind: 'snapshot', detail: { machine: 'm' } });

  async function endedHost(file: string, runId: string, state: unknown): Promise<void> {
    const store = await openHost(file, runId);
    await store.snapshots.put(saved(state));
    await store.hosts.end(runId);
  }

  it('is found by the host that saved it', async () => {
    const store = await openHost(newFile());
    expect(await store.snapshots.adopt('/m')).toBeNull();
    await store.snapshots.put(record('/m', 'seen'));
    expect(await store.snapshots.adopt('/m')).toBeNull();
    void store.snapshots.put(saved(1));
    void store.snapshots.put(saved(2));
    expect(await store.snapshots.adopt('/m')).toMatchObject({ state: 2, runId: 'host-a', kind: 'snapshot' });
  });

  it('is taken over from the latest host of that name that has ended, once', { timeout: 120_000 }, async () => {
    const file = newFile();
    await endedHost(file, 'old', 'old');
    await endedHost(file, 'older', 'latest');
    const next = await openHost(file, 'next');
    expect(await next.snapshots.adopt('/m')).toMatchObject({ state: 'latest', runId: 'older' });
    // It is the new host's from then on.
    expect(await next.snapshots.adopt('/m')).toMatchObject({ state: 'latest', runId: 'next' });
    const another = await openHost(file, 'another');
    expect(await another.snapshots.adopt('/m')).toMatchObject({ state: 'old' });
  });

  it('is not taken from a host that lives', { timeout: 120_000 }, async () => {
    const file = newFile();
    const living = await openHost(file, 'living');
    await living.snapshots.put(saved('not yours'));
    const other = await openHost(file, 'other');
    expect(await other.snapshots.adopt('/m')).toBeNull();
  });

  it('that is quarantined is kept, with the reason and an event, and found until there is a later one', async () => {
    const file = newFile();
    const store = await openHost(file);
    expect(await store.snapshots.quarantine('/m', 'why')).toBe(false);
    await store.snapshots.put(saved('bad'));
    expect(await store.snapshots.quarantine('/m', 'why')).toBe(true);
    expect(await store.snapshots.adopt('/m')).toMatchObject({
      kind: 'quarantined',
      state: 'bad',
      detail: { machine: 'm', reason: 'why' },
    });
    expect(await journalTypes(store)).toContain('snapshot.quarantined');
    await store.snapshots.put(saved('good'));
    expect(await store.snapshots.adopt('/m')).toMatchObject({ kind: 'snapshot', state: 'good' });
    await store.snapshots.remove('/m');
    expect(states(await store.snapshots.list())).toEqual([['/m', 'quarantined', 'bad']]);
  });
});

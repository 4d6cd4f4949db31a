import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RETENTION } from '../../../../src/machines/work/retention.js';
import { codeOf, collect, journal, newFile, open, openHost, runSlot, startRun } from '../../support/world.js';

const pause = async () => undefined;
const KEEP = { succeededMs: null, unsuccessfulMs: null, journalMs: null, journalBytes: null, runsMs: null };
const told = (n: number) =>
  Array.from({ length: n }, () => ({ type: 'breaker.closed', path: '/a', data: { openMs: 1 } }) as const);

describe('the journal', () => {
  it('lets the oldest go, keeps the rest, and says to a cursor into what has left that it is too old', async () => {
    const store = await openHost(newFile());
    await store.journal.append(told(3000));
    const before = await journal(store);
    const bytes = 100_000;
    const { events } = await store.retention.prune({ ...KEEP, journalBytes: bytes }, { pause });
    expect(events).toBeGreaterThan(1000);
    const after = await journal(store);
    expect(after).toEqual(before.slice(events));
    const floor = await store.journal.floor();
    expect(floor).toBe(before[events - 1]?.seq);
    expect(await codeOf(collect(store.journal.tail({ after: floor - 1 })))).toBe('ESP_TOO_OLD');
    expect(await collect(store.journal.tail({ after: floor }))).toEqual(after);
  });

  it('stays whole while it is young and small, as by default', async () => {
    const store = await openHost(newFile());
    await store.journal.append(told(10));
    const pruned = await store.retention.prune(DEFAULT_RETENTION, { pause });
    expect(pruned).toEqual({ jobs: 0, events: 0, processes: 0, runs: 0, slots: 0, bytes: 0 });
    expect(await store.journal.floor()).toBe(0);
  });
});

describe('a run', () => {
  it('leaves whole, with its slots, rows and output, and is not seen from the first moment on', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(
      store,
      Array.from({ length: 150 }, (_, n) => n),
    );
    await runSlot(store, 0, { output: { stdout: Buffer.from('out'), stderr: Buffer.from(''), dropped: false } });
    await store.runs.setStatus('run', 'host-a', ['running'], 'stopped');
    const ended = new AbortController();
    // Broken off after the mark.
    ended.abort();
    await store.retention.removeRun('run', { pause, signal: ended.signal });
    expect([await store.runs.get('run'), await store.runs.list()]).toEqual([null, []]);
    expect(await store.retention.prune(KEEP, { pause })).toMatchObject({ runs: 1, slots: 150 });
    const db = new Database(file, { readonly: true });
    const counts = ['runs', 'jobs', 'attempts', 'outputs', 'rows', 'processes'].map((table) => [
      table,
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    ]);
    db.close();
    expect(Object.fromEntries(counts)).toEqual({ runs: 0, jobs: 0, attempts: 0, outputs: 0, rows: 0, processes: 0 });
  });

  it('that may be worked on, or continued, is refused', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    expect(await codeOf(store.retention.removeRun('run', { pause }))).toBe('ESP_CONFLICT');
    expect(await codeOf(store.retention.removeRun('other', { pause }))).toBe('ESP_NOT_FOUND');
  });
});

describe('space', () => {
  it('that is free is given back to the disk', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(
      store,
      Array.from({ length: 40 }, () => 'x'.repeat(200_000)),
    );
    await store.runs.setStatus('run', 'host-a', ['running'], 'stopped');
    const before = (await store.retention.size()).bytes;
    const { bytes } = await store.retention.removeRun('run', { pause });
    const size = await store.retention.size();
    expect([bytes > 1_000_000, size.bytes, size.givesBack]).toEqual([true, before - bytes, true]);
    await store.close();
    expect(statSync(file).size).toBe(size.bytes);
  });
});

it('says how large the store is, and what is in it', async () => {
  const store = await openHost(newFile());
  await startRun(store, ['x', 'y']);
  const reader = await open(store.file, { mode: 'read' });
  expect(await reader.retention.size()).toMatchObject({ runs: 1, slots: 2, jobs: {}, hostsAlive: 1, events: 2 });
});

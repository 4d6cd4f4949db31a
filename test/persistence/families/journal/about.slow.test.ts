import { describe, expect, it } from 'vitest';
import type { NewJournalEvent } from '../../../../src/machines/events.js';
import type { AboutQuery } from '../../../../src/persistence/contract/journal.js';
import type { Store } from '../../../../src/persistence/store.js';
import { newFile, openHost } from '../../support/world.js';

const at = (path: string): NewJournalEvent => ({ type: 'actor.restarted', path, data: { reason: 'x', restarts: 1 } });
const of = (run: string, job?: string): NewJournalEvent => ({
  type: 'run.paused',
  ctx: { run, ...(job === undefined ? {} : { job }) },
  data: { run },
});

const EVENTS: readonly NewJournalEvent[] = [
  at('/a'),
  at('/a/b'),
  at('/a/b/c'),
  at('/ab'),
  at('/a%'),
  at('/'),
  of('r1', 'r1:0'),
  of('r1', 'r1:1'),
  of('r2', 'r2:0'),
  { type: 'pool.ready', path: '/p', data: { size: 1 } },
];

/** What an answer is about: paths, jobs, or types. */
async function about(store: Store, query: Omit<AboutQuery, 'limit'>, limit = 100): Promise<string[]> {
  const events = await store.journal.about({ ...query, limit });
  const seqs = events.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.toSorted((x, y) => x - y));
  return events.map(({ path, ctx, type }) => path ?? ctx?.job ?? type);
}

async function filled(): Promise<Store> {
  const store = await openHost(newFile());
  await store.journal.append(EVENTS);
  return store;
}

describe('the events about something', () => {
  it('are those at a path, and those below it, and of no path that only begins like it', async () => {
    const store = await filled();
    expect(await about(store, { paths: ['/a'] })).toEqual(['/a']);
    expect(await about(store, { below: '/a' })).toEqual(['/a/b', '/a/b/c']);
    expect(await about(store, { paths: ['/a'], below: '/a' })).toEqual(['/a', '/a/b', '/a/b/c']);
    expect(await about(store, { paths: ['/a%', '/ab'] })).toEqual(['/ab', '/a%']);
    expect(await about(store, { below: '/a%' })).toEqual([]);
    expect(await about(store, { below: '/' })).toEqual(['/a', '/a/b', '/a/b/c', '/ab', '/a%', '/', '/p']);
  });

  it('are those of a run, of a job, and of types, whichever fits', async () => {
    const store = await filled();
    expect(await about(store, { run: 'r1' })).toEqual(['r1:0', 'r1:1']);
    expect(await about(store, { job: 'r1:1' })).toEqual(['r1:1']);
    expect(await about(store, { job: 'r2:0', types: ['pool.ready'] })).toEqual(['r2:0', '/p']);
    expect(await about(store, {})).toEqual([]);
  });

  it('are the newest, however far back the others are', async () => {
    const store = await filled();
    await store.journal.append(Array.from({ length: 12_000 }, () => of('other')));
    await store.journal.append([at('/a')]);
    expect(await about(store, { paths: ['/a', '/ab'] }, 2)).toEqual(['/ab', '/a']);
    expect(await about(store, { paths: ['/a', '/ab'] }, 3)).toEqual(['/a', '/ab', '/a']);
  });

  it('are of one host, if one is named', async () => {
    const file = newFile();
    const a = await openHost(file, 'host-a');
    const b = await openHost(file, 'host-b');
    await a.journal.append([at('/a')]);
    await b.journal.append([at('/a'), at('/b')]);
    expect(await about(b, { runId: 'host-a', below: '/' })).toEqual(['/a']);
    expect(await about(a, { runId: 'host-b', below: '/' })).toEqual(['/a', '/b']);
    expect(await about(a, { below: '/' })).toEqual(['/a', '/a', '/b']);
  });
});

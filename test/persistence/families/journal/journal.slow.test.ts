import { describe, expect, it } from 'vitest';
import type { JournalEvent, NewJournalEvent } from '../../../../src/machines/events.js';
import { slotJobId } from '../../../../src/machines/ids/job-id.js';
import type { Store } from '../../../../src/persistence/store.js';
import { codeOf, collect, journal, journalTypes, newFile, open, openHost } from '../../support/world.js';

const ready = (size: number): NewJournalEvent => ({ type: 'pool.ready', path: '/pool', data: { size } });
const degraded = (usable: number): NewJournalEvent => ({ type: 'pool.degraded', data: { usable, size: 4 } });

/** The sizes of the `pool.ready` events that a tail gives, until it has given `count`. */
async function sizes(events: AsyncIterable<JournalEvent>, count: number): Promise<number[]> {
  const found: number[] = [];
  for await (const event of events) {
    if (event.type === 'pool.ready') found.push(event.data.size);
    if (found.length === count) break;
  }
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the journal', () => {
  it('gives back what was journalled, in order, with who, when and where', async () => {
    const store = await openHost(newFile());
    const last = await store.journal.append([
      { type: 'actor.crashed', path: '/a/b', incarnation: 3, data: { error: { code: 'E', message: 'm' } } },
      { type: 'run.paused', ctx: { run: 'r', job: 'r:1', attempt: 2 }, data: { run: 'r' } },
    ]);
    expect(await store.journal.head()).toBe(last);
    const [started, crashed, paused] = await journal(store);
    expect(started).toMatchObject({ seq: 1, runId: 'host-a', type: 'host.started' });
    expect(crashed).toEqual({
      seq: 2,
      runId: 'host-a',
      at: expect.any(Number),
      type: 'actor.crashed',
      path: '/a/b',
      incarnation: 3,
      data: { error: { code: 'E', message: 'm' } },
    });
    expect(paused).toMatchObject({ seq: 3, ctx: { run: 'r', job: 'r:1', attempt: 2 } });
    expect(last).toBe(3);
  });

  it('refuses an event that could not be read again, and keeps none of the call', async () => {
    const store = await openHost(newFile());
    const wrong: NewJournalEvent = JSON.parse('{"type":"pool.ready","data":{"size":"four"}}');
    expect(await codeOf(store.journal.append([ready(1), wrong]))).toBe('ESP_INVALID');
    expect(await journalTypes(store)).toEqual(['host.started']);
  });

  it('is written for a host only', async () => {
    const store = await open(newFile());
    expect(await codeOf(store.journal.append([ready(1)]))).toBe('ESP_INVALID');
  });
});

describe('a tail', () => {
  it('gives what comes after a cursor, in batches of its own', async () => {
    const store = await openHost(newFile());
    await store.journal.append(upTo(1_000).map(ready));
    expect(await sizes(store.journal.tail({ after: 1 }), 1_000)).toEqual(upTo(1_000));
    expect(await sizes(store.journal.tail({ after: 998 }), 99)).toEqual([997, 998, 999]);
    expect(await sizes(store.journal.tail({ after: 5_000 }), 1)).toEqual([]);
  });

  it('gives the types that were asked for, also when others lie between them for more than a batch', async () => {
    const store = await openHost(newFile());
    await store.journal.append([ready(0), ...upTo(700).map(degraded), ready(1), degraded(1)]);
    expect(await sizes(store.journal.tail({ types: ['pool.ready'] }), 3)).toEqual([0, 1]);
    const types = (await collect(store.journal.tail({ types: ['pool.ready'] }))).map(({ type }) => type);
    expect(new Set(types)).toEqual(new Set(['pool.ready']));
  });

  it('that follows gives past and future events once each, however they fall between its reads', async () => {
    const store = await openHost(newFile());
    await store.journal.append(upTo(300).map(ready));
    const seen: number[] = [];
    const appending: Promise<unknown>[] = [];
    for await (const event of store.journal.tail({ follow: true, types: ['pool.ready'] })) {
      if (event.type === 'pool.ready') seen.push(event.data.size);
      // More comes at every point of the reading: in a batch, at its end, and while it waits.
      if (seen.length % 50 === 0 && seen.length < 900) {
        const from = 300 + 50 * appending.length;
        if (from < 900)
          appending.push(store.journal.append(Array.from({ length: 50 }, (_, index) => ready(from + index))));
      }
      if (seen.length === 900) break;
    }
    await Promise.all(appending);
    expect(seen).toEqual(upTo(900));
  });

  it("that follows sees another process's events", async () => {
    const file = newFile();
    const writer = await openHost(file);
    const reader = await open(file, { mode: 'read' });
    const followed = sizes(reader.journal.tail({ follow: true, types: ['pool.ready'] }), 3);
    for (const size of upTo(3)) await writer.journal.append([ready(size)]);
    expect(await followed).toEqual([0, 1, 2]);
  });

  it('that follows ends at its signal, in the midst of a wait or of events', async () => {
    const store = await openHost(newFile());
    await store.journal.append(upTo(5).map(ready));
    const control = new AbortController();
    const seen: number[] = [];
    for await (const event of store.journal.tail({ follow: true, signal: control.signal })) {
      seen.push(event.seq);
      if (event.seq === 3) control.abort();
    }
    expect(seen).toEqual([1, 2, 3]);

    const waits = new AbortController();
    const waiting = collect(store.journal.tail({ after: 6, follow: true, signal: waits.signal }));
    await store.journal.head();
    waits.abort();
    expect(await waiting).toEqual([]);
  });

  it('leaves no listener on its signal, however often it waits', async () => {
    const store = await openHost(newFile());
    const control = new AbortController();
    let listeners = 0;
    let waits = 0;
    const { addEventListener, removeEventListener } = control.signal;
    control.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      waits += 1;
      addEventListener.apply(control.signal, args);
    };
    control.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(control.signal, args);
    };
    const events = store.journal.tail({ after: 1, follow: true, signal: control.signal })[Symbol.asyncIterator]();
    for (const size of upTo(20)) {
      const next = events.next();
      // Answered after the tail's own read: it found nothing and waits.
      await store.journal.head();
      expect(listeners).toBeLessThanOrEqual(1);
      await store.journal.append([ready(size)]);
      expect((await next).value).toMatchObject({ data: { size } });
    }
    expect(listeners).toBe(0);
    expect(waits).toBeGreaterThan(0);
  });

  it('rejects when the store closes under it', async () => {
    const store = await openHost(newFile());
    const following = codeOf(collect(store.journal.tail({ follow: true })));
    await store.journal.head();
    await store.close();
    expect(await following).toBe('ESP_STOPPED');
  });
});

describe('changed', () => {
  it("resolves at a commit of this store, of another process's, and at its signal", async () => {
    const file = newFile();
    const store = await openHost(file);
    const other = await open(file);
    const own = store.journal.changed();
    await store.hosts.heartbeat('host-a');
    await own;

    const foreign = store.journal.changed();
    await other.hosts.heartbeat('host-a');
    await foreign;

    const control = new AbortController();
    const given = store.journal.changed(control.signal);
    control.abort();
    await given;
  });

  it('called after a look misses no commit that the look did not see', async () => {
    const file = newFile();
    const store = await openHost(file);
    const other = await open(file);
    for (let round = 0; round < 20; round += 1) {
      await store.hosts.get('host-a');
      await other.hosts.heartbeat('host-a');
      await store.journal.changed();
    }
  });
});

describe('a watch of a topic', () => {
  const asked: NewJournalEvent = { type: 'run.asked', data: { run: 'r', wish: 'pause' }, ctx: { run: 'r' } };
  const ended: NewJournalEvent = {
    type: 'attempt.ended',
    data: { jobId: 'r:3', attempt: 1, outcome: 'succeeded' },
    ctx: { run: 'r', job: 'r:3', attempt: 1 },
  };

  it.each(['this store', 'another process'])('wakes at what %s journals about it', async (by) => {
    const file = newFile();
    const store = await openHost(file);
    const writer = by === 'this store' ? store : await openHost(file, 'host-b');
    using run = store.journal.watch({ run: 'r' });
    using slot = store.journal.watch({ job: slotJobId('r', 3) });
    using wish = store.journal.watch({ run: 'r' }, ['run.asked']);
    // What is there before this look, it shows.
    await store.journal.head();
    await writer.journal.append([ended]);
    await Promise.all([run.next(), slot.next()]);
    let heard = false;
    const next = wish.next().then(() => {
      heard = true;
    });
    await writer.journal.append([{ ...asked, data: { run: 's', wish: 'stop' }, ctx: { run: 's' } }, ended]);
    await Promise.all([run.next(), slot.next()]);
    expect(heard).toBe(false);
    await writer.journal.append([asked]);
    await next;
  });

  it('called before a look misses no event that the look did not see', async () => {
    const file = newFile();
    const store = await openHost(file);
    const other = await openHost(file, 'host-b');
    for (let round = 0; round < 20; round += 1) {
      using watch = store.journal.watch({ run: 'r' });
      const seen = await store.journal.head();
      await other.journal.append([asked]);
      await watch.next();
      expect(await store.journal.head()).toBe(seen + 1);
    }
  });

  it('rejects when the store closes under it', async () => {
    const store = await openHost(newFile());
    const waiting = codeOf(store.journal.watch({ run: 'r' }).next());
    await store.close();
    expect(await waiting).toBe('ESP_STOPPED');
  });
});

describe('a listener to commits', () => {
  it('of a topic hears of that alone', async () => {
    const store = await openHost(newFile());
    const heard: string[] = [];
    store.journal.onCommit((events) => heard.push(...events.map(({ type }) => type)), { run: 'r' });
    await store.journal.append([ready(1), { type: 'run.paused', data: { run: 'r' }, ctx: { run: 'r' } }]);
    await store.journal.append([{ type: 'run.stopped', data: { run: 's' }, ctx: { run: 's' } }]);
    expect(heard).toEqual(['run.paused']);
  });

  it('hears of events in order, before the call that journalled them resolves', async () => {
    const store = await openHost(newFile());
    const heard: string[] = [];
    store.journal.onCommit((events) => heard.push(...events.map(({ seq, type }) => `${seq} ${type}`)));
    const calls = upTo(20).map(async (size) => {
      await store.journal.append([ready(size)]);
      heard.push(`resolved ${size}`);
    });
    await Promise.all(calls);
    const sequence = heard.filter((entry) => entry.endsWith('ready')).map((entry) => Number.parseInt(entry, 10));
    expect(sequence).toEqual(upTo(20).map((index) => index + 2));
    for (const size of upTo(20)) {
      expect(heard.indexOf(`resolved ${size}`)).toBeGreaterThan(heard.indexOf(`${size + 2} pool.ready`));
    }
  });

  it('that throws harms neither the others nor the call, and is reported', async () => {
    const store = await openHost(newFile());
    const warning = new Promise<Error & { code?: string; detail?: string }>((resolve) =>
      process.once('warning', resolve),
    );
    const heard: number[] = [];
    store.journal.onCommit(() => {
      throw new Error('a bad listener');
    });
    store.journal.onCommit((events) => heard.push(...events.map(({ seq }) => seq)));
    await store.journal.append([ready(1)]);
    expect(heard).toEqual([2]);
    const reported = await warning;
    expect(reported.code).toBe('ESP_LISTENER');
    expect(reported.detail).toContain('a bad listener');
  });

  it('hears nothing after it was removed', async () => {
    const store: Store = await openHost(newFile());
    let heard = 0;
    const remove = store.journal.onCommit(() => {
      heard += 1;
    });
    await store.journal.append([ready(1)]);
    remove();
    await store.journal.append([ready(2)]);
    expect(heard).toBe(1);
  });
});

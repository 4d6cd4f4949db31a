import { describe, expect, it } from 'vitest';
import type { FinishedAttempt, Store } from '../../../../src/persistence/store.js';
import {
  chunk,
  claim,
  codeOf,
  ended,
  journal,
  journalTypes,
  newFile,
  openHost,
  POLICY,
  runSlot,
  slotClaim,
  startRun,
} from '../../support/world.js';

const FAILED: Partial<FinishedAttempt> = { outcome: 'failed', exit: { code: 3, signal: null } };
const plan = async (store: Store): Promise<string> => (await store.runs.plan('run')).join('');

describe('a run', () => {
  it('is created without slots, takes them in order, and runs once it is started', async () => {
    const store = await openHost(newFile());
    const origin = { command: ['echo', '{}'], cwd: '/' };
    await store.runs.create({ run: 'run', name: 'label', pool: '/p', policy: POLICY, origin, owner: 'host-a' });
    expect(await store.runs.get('run')).toMatchObject({
      status: 'created',
      total: 0,
      name: 'label',
      origin,
      policy: POLICY,
    });
    await store.runs.addSlots('run', ['a', { b: 1 }]);
    await store.runs.addSlots('run', [null]);
    expect(await store.runs.start('run', 'host-a')).toBe(true);
    expect(await store.runs.start('run', 'host-a')).toBe(false);
    expect(await store.runs.get('run')).toMatchObject({ status: 'running', total: 3, position: 0, wish: null });
    expect((await claim(store, 2)).input).toBeNull();
    expect((await claim(store, 1)).input).toEqual({ b: 1 });
    expect(await codeOf(store.runs.addSlots('run', ['late']))).toBe('ESP_CONFLICT');
    expect((await journal(store)).filter(({ type }) => type === 'run.started')).toMatchObject([
      { data: { run: 'run', slots: 3 } },
    ]);
  });

  it('is refused under a taken id, with values that JSON cannot hold, and where it is missing', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a']);
    const run = { run: 'run', name: null, pool: '/p', policy: POLICY, owner: 'host-a' };
    expect(await codeOf(store.runs.create({ ...run, origin: null }))).toBe('ESP_CONFLICT');
    expect(await codeOf(store.runs.create({ ...run, run: 'other', origin: [Number.NaN] }))).toBe('ESP_INVALID');
    expect(await codeOf(store.runs.addSlots('run', [undefined]))).toBe('ESP_INVALID');
    expect(await codeOf(store.runs.plan('nowhere'))).toBe('ESP_NOT_FOUND');
    expect(await codeOf(store.runs.commit('nowhere', 'host-a', [], null))).toBe('ESP_NOT_FOUND');
    expect(await store.runs.get('nowhere')).toBeNull();
  });

  it('that was never started is claimed by nobody', async () => {
    const store = await openHost(newFile());
    await store.runs.create({ run: 'run', name: null, pool: '/p', policy: POLICY, origin: null, owner: 'host-a' });
    await store.runs.addSlots('run', ['a']);
    expect(await store.attempts.claim('host-a', [slotClaim(0, 's')])).toEqual([]);
  });

  it('is listed newest first', async () => {
    const store = await openHost(newFile());
    for (const run of ['one', 'two', 'three']) await startRun(store, [], {}, run);
    expect((await store.runs.list()).map(({ run }) => run)).toEqual(['three', 'two', 'one']);
  });
});

describe('taking a run over', () => {
  it('is refused while its owner lives, and done once that has ended', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['a', 'b']);
    await runSlot(store, 0);
    await store.runs.commit('run', 'host-a', [0], null);
    const other = await openHost(file, 'host-b');
    expect(await other.runs.acquire('run', 'host-b')).toEqual({ ok: false, why: 'owned', owner: 'host-a' });
    await store.runs.wish('run', 'pause');
    await store.hosts.end('host-a');
    const acquired = await other.runs.acquire('run', 'host-b');
    expect(acquired).toMatchObject({
      ok: true,
      record: { status: 'running', owner: 'host-b', wish: null, position: 1 },
    });
    expect((await journal(other)).at(-1)).toMatchObject({ type: 'run.continued', data: { run: 'run', committed: 1 } });
    expect(await codeOf(other.runs.commit('run', 'host-a', [1], null))).toBe('ESP_FENCED');
  });

  it('says why it is refused', async () => {
    const store = await openHost(newFile());
    expect(await store.runs.acquire('none', 'host-a')).toEqual({ ok: false, why: 'missing', owner: null });
    await store.runs.create({ run: 'new', name: null, pool: '/p', policy: POLICY, origin: null, owner: 'host-a' });
    expect(await store.runs.acquire('new', 'host-a')).toMatchObject({ ok: false, why: 'incomplete' });
    await startRun(store, []);
    await store.runs.setStatus('run', 'host-a', ['running'], 'completed');
    expect(await store.runs.acquire('run', 'host-a')).toMatchObject({ ok: false, why: 'completed' });
  });

  it('keeps the former owner from writing to it, though that lives', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['a']);
    await openHost(file, 'host-b');
    expect(await codeOf(store.runs.commit('run', 'host-b', [0], null))).toBe('ESP_OWNED');
    expect(await codeOf(store.runs.setStatus('run', 'host-b', ['running'], 'paused'))).toBe('ESP_OWNED');
    expect(await codeOf(store.attempts.claim('host-b', [slotClaim(0, 's')]))).toBe('ESP_OWNED');
  });
});

describe('committing slots', () => {
  it('writes row, counters, position and event of each, in the order given, once', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c']);
    await runSlot(store, 1, { output: chunk('out\n', 'err\n'), durationMs: 12.4 });
    await runSlot(store, 0, { ...FAILED, error: { code: 'EXIT', message: 'exit code 3' } });
    expect(await plan(store)).toBe('220');
    expect(await store.runs.finished('run')).toEqual(
      new Map([
        [0, 'failed'],
        [1, 'succeeded'],
      ]),
    );
    await store.runs.commit('run', 'host-a', [1, 0], null);
    await store.runs.commit('run', 'host-a', [0, 1], null);
    expect(await plan(store)).toBe('330');
    expect(await store.runs.finished('run')).toEqual(new Map());
    expect(await store.runs.get('run')).toMatchObject({
      position: 2,
      counts: { succeeded: 1, failed: 1, cancelled: 0 },
    });
    expect(await store.runs.rows('run', 0, 10)).toEqual([
      {
        index: 0,
        status: 'failed',
        input: 'a',
        output: { stdout: '', stderr: '', exitCode: 3, signal: null },
        error: { code: 'EXIT', message: 'exit code 3' },
        attempts: 1,
        durationMs: 5,
      },
      {
        index: 1,
        status: 'succeeded',
        input: 'b',
        output: { stdout: 'out\n', stderr: 'err\n', exitCode: 0, signal: null },
        attempts: 1,
        durationMs: 12,
      },
    ]);
    const committed = await store.runs.committed('run', 0, 10);
    expect(committed.map(({ position, row }) => [position, row.index])).toEqual([
      [1, 1],
      [2, 0],
    ]);
    expect(await store.runs.committed('run', 1, 10)).toHaveLength(1);
    const events = (await journal(store)).filter(({ type }) => type === 'slot.committed');
    expect(events.map(({ data }) => data)).toEqual([
      { run: 'run', index: 1, status: 'succeeded' },
      { run: 'run', index: 0, status: 'failed' },
    ]);
  });

  it('fails whole when one of them is not finished', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c']);
    await runSlot(store, 0);
    await claim(store, 1);
    expect(await codeOf(store.runs.commit('run', 'host-a', [0, 1], null))).toBe('ESP_CONFLICT');
    expect(await codeOf(store.runs.commit('run', 'host-a', [0, 2], null))).toBe('ESP_CONFLICT');
    expect(await codeOf(store.runs.commit('run', 'host-a', [0, 9], null))).toBe('ESP_NOT_FOUND');
    expect(await plan(store)).toBe('210');
    expect(await journalTypes(store)).not.toContain('slot.committed');
  });

  it('may overrule what slots produced, and then nothing of it is in the row', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c']);
    await runSlot(store, 0, { output: chunk('secret') });
    await claim(store, 2);
    expect(await codeOf(store.runs.commit('run', 'host-a', [2], 'cancelled'))).toBe('ESP_CONFLICT');
    await store.runs.commit('run', 'host-a', [0, 1], 'skipped_pruned');
    expect(await store.runs.rows('run', 0, 10)).toEqual([
      { index: 0, status: 'skipped_pruned', input: 'a', attempts: 0, durationMs: 0 },
      { index: 1, status: 'skipped_pruned', input: 'b', attempts: 0, durationMs: 0 },
    ]);
    expect(await plan(store)).toBe('331');
  });

  it('leaves what `as` refused as it was', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b']);
    await claim(store, 1);
    expect(await codeOf(store.runs.commit('run', 'host-a', [0, 1], 'cancelled'))).toBe('ESP_CONFLICT');
    expect(await plan(store)).toBe('01');
  });
});

describe("a run's status", () => {
  it('changes only from the states that were named, with its event', async () => {
    const store = await openHost(newFile());
    await startRun(store, []);
    const set = (
      ...args: [from: 'running' | 'paused', to: 'running' | 'paused' | 'interrupted' | 'stopped' | 'completed']
    ) => store.runs.setStatus('run', 'host-a', [args[0]], args[1], 'tested');
    expect(await set('paused', 'running')).toBe(false);
    expect(await set('running', 'paused')).toBe(true);
    expect(await set('paused', 'running')).toBe(true);
    expect(await set('running', 'completed')).toBe(true);
    expect((await journalTypes(store)).filter((type) => type.startsWith('run.'))).toEqual([
      'run.started',
      'run.paused',
      'run.resumed',
      'run.completed',
    ]);
  });

  it('is `completed` only when every slot is committed', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a']);
    expect(await codeOf(store.runs.setStatus('run', 'host-a', ['running'], 'completed'))).toBe('ESP_CONFLICT');
    expect(await store.runs.get('run')).toMatchObject({ status: 'running' });
  });

  it('takes wishes where they make sense, and forgets them when it changes', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a']);
    expect(await store.runs.wish('run', 'resume')).toBe(false);
    expect(await store.runs.wish('run', 'pause')).toBe(true);
    expect(await store.runs.get('run')).toMatchObject({ wish: 'pause' });
    await store.runs.setStatus('run', 'host-a', ['running'], 'paused');
    expect(await store.runs.get('run')).toMatchObject({ wish: null });
    expect(await store.runs.wish('run', 'pause')).toBe(false);
    expect(await store.runs.wish('run', 'stop')).toBe(true);
    await store.hosts.end('host-a');
    expect(await store.runs.wish('run', 'resume')).toBe(false);
    expect(await store.runs.wish('nowhere', 'stop')).toBe(false);
  });
});

describe('running failed slots again', () => {
  it('takes their rows back and leaves the others', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c', 'd', 'e']);
    await runSlot(store, 0);
    await runSlot(store, 1, FAILED);
    await runSlot(store, 2, { outcome: 'timed_out' });
    await runSlot(store, 3, FAILED);
    await store.runs.commit('run', 'host-a', [0, 1, 2], null);
    await store.runs.commit('run', 'host-a', [4], 'skipped_pruned');
    expect(await store.runs.reopenFailed('run', 'host-a')).toBe(3);
    expect(await plan(store)).toBe('30003');
    expect(await store.runs.get('run')).toMatchObject({
      counts: { succeeded: 1, failed: 0, timed_out: 0, skipped_pruned: 1 },
      position: 4,
    });
    const again = await claim(store, 1);
    expect(again).toMatchObject({ attempt: 2, endedBefore: 1 });
    await store.attempts.finish('host-a', ended(again));
    await store.runs.commit('run', 'host-a', [1], null);
    expect(await store.runs.committed('run', 4, 10)).toMatchObject([
      { position: 5, row: { index: 1, status: 'succeeded', attempts: 2 } },
    ]);
  });

  it('opens a completed run again, but not one that another host owns', async () => {
    const file = newFile();
    const store = await openHost(file);
    await startRun(store, ['a']);
    await runSlot(store, 0, FAILED);
    await store.runs.commit('run', 'host-a', [0], null);
    await store.runs.setStatus('run', 'host-a', ['running'], 'completed');
    const other = await openHost(file, 'host-b');
    expect(await codeOf(other.runs.reopenFailed('run', 'host-b'))).toBe('ESP_OWNED');
    await store.hosts.end('host-a');
    expect(await other.runs.reopenFailed('run', 'host-b')).toBe(1);
    expect(await other.runs.acquire('run', 'host-b')).toMatchObject({ ok: true });
    expect(await other.runs.reopenFailed('run', 'host-b')).toBe(0);
  });
});

describe('the digest of a run', () => {
  async function digest(order: readonly number[], duration: number, retried: boolean): Promise<string> {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c']);
    if (retried) await runSlot(store, 1, { ...FAILED, requeue: true });
    for (const index of order) {
      await runSlot(store, index, { output: chunk(`out ${index}`, `noise ${duration}`), durationMs: duration });
    }
    await store.runs.commit('run', 'host-a', [0, 1, 2], null);
    return store.runs.runDigest('run');
  }

  it('is the same whatever the order, the durations, the attempts and the noise', async () => {
    const digests = [await digest([0, 1, 2], 1, false), await digest([2, 0, 1], 50, true)];
    expect(digests[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(digests[0]).toBe(digests[1]);
  });

  it('differs with a status, an exit code, an output or a result', async () => {
    const outcomes: Partial<FinishedAttempt>[] = [
      {},
      FAILED,
      { outcome: 'failed', exit: { code: 4, signal: null } },
      { output: chunk('other') },
      { exit: null, result: 1 },
      { exit: null, result: '1' },
      { exit: null, result: null },
    ];
    const digests = new Set<string>();
    for (const outcome of outcomes) {
      const store = await openHost(newFile());
      await startRun(store, ['a']);
      await runSlot(store, 0, outcome);
      await store.runs.commit('run', 'host-a', [0], null);
      digests.add(await store.runs.runDigest('run'));
    }
    expect(digests.size).toBe(outcomes.length);
  });
});

describe('slots that have ended', () => {
  it('say before their commit what their rows say after it', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['a', 'b', 'c', 'd']);
    await runSlot(store, 0, { ...FAILED, requeue: true });
    await runSlot(store, 0, { output: chunk('out') });
    await runSlot(store, 1, { ...FAILED, error: { code: 'EXIT', message: 'exit code 3' } });
    await runSlot(store, 2);
    await claim(store, 3);
    const indexes = [2, 1, 0, 3, 9];
    const before = await store.runs.ended('run', indexes);
    expect(before.map(({ index }) => index)).toEqual([2, 1, 0]);
    await store.runs.commit('run', 'host-a', [0, 1], null);
    await store.runs.commit('run', 'host-a', [2], 'cancelled');
    const rows = await store.runs.rows('run', 0, 10);
    expect(before.slice(1).reverse()).toEqual(rows.slice(0, 2));
    expect([...(await store.runs.ended('run', indexes))].reverse()).toEqual(rows);
  });
});

describe('pages of rows', () => {
  it('end early when outputs are large, and only an empty one is the end', async () => {
    const store = await openHost(newFile());
    await startRun(
      store,
      Array.from({ length: 12 }, (_, index) => index),
    );
    const large = Buffer.alloc(1024 * 1024, 'x');
    for (let index = 0; index < 12; index += 1) await runSlot(store, index, { output: chunk(large) });
    await store.runs.commit(
      'run',
      'host-a',
      Array.from({ length: 12 }, (_, index) => index),
      null,
    );
    const found: number[] = [];
    const pages: number[] = [];
    for (;;) {
      const page = await store.runs.rows('run', found.length, 100);
      if (page.length === 0) break;
      pages.push(page.length);
      found.push(...page.map(({ index }) => index));
    }
    expect(found).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(Math.max(...pages)).toBeLessThan(12);
  });
});

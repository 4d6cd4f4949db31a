import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { slotJobId } from '../../../../src/machines/ids/job-id.js';
import {
  chunk,
  claim,
  codeOf,
  ended,
  IDENTITY,
  journal,
  journalTypes,
  lostAttempt,
  newFile,
  openHost,
  runSlot,
  slotClaim,
  startRun,
} from '../../support/world.js';

describe('writes that may wait for others', () => {
  it('share one commit, which any write that may not wait brings about', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y', 'z']);
    const claims = [await claim(store, 0), await claim(store, 1), await claim(store, 2)];
    let commits = 0;
    store.journal.onCommit(() => {
      commits += 1;
    });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const finish = async (index: number, patient: boolean) => {
      const at = claims[index];
      if (at !== undefined) await store.attempts.finish('host-a', ended(at), { patient });
    };
    const waiting = [finish(0, true)];
    for (let turns = 0; turns < 5; turns += 1) await turn();
    waiting.push(finish(1, true));
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(commits).toBe(0);
    await Promise.all([finish(2, false), ...waiting]);
    expect(commits).toBe(1);
  });

  it('are on disk by themselves before long', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    expect(await store.attempts.finish('host-a', ended(claimed), { patient: true })).toBe('recorded');
  });
});

describe('claiming slots', () => {
  it('makes job, attempt and spawn intent one step, and leaves out what is not queued', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y']);
    const claimed = await store.attempts.claim('host-a', [
      slotClaim(0, 's0'),
      slotClaim(0, 's1'),
      slotClaim(1, 's2'),
      slotClaim(9, 's3'),
    ]);
    expect(claimed.map(({ jobId, spawnId, attempt }) => [jobId, spawnId, attempt])).toEqual([
      ['run:0', 's0', 1],
      ['run:1', 's2', 1],
    ]);
    expect(await store.attempts.claim('host-a', [slotClaim(0, 's4')])).toEqual([]);
    expect(await store.processes.present('host-a')).toMatchObject([
      {
        spawnId: 's0',
        jobId: 'run:0',
        attempt: 1,
        state: 'intent',
        path: '/pool',
        command: [],
        identity: null,
      },
      { spawnId: 's2', jobId: 'run:1', attempt: 1, state: 'intent' },
    ]);
  });

  it('is done once, however many ask at once', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => store.attempts.claim('host-a', [slotClaim(0, `s${index}`)])),
    );
    expect(answers.flat()).toHaveLength(1);
    expect(await store.processes.present()).toHaveLength(1);
  });

  it('waits for the process of a lost attempt to be proven gone', async () => {
    const { other, lost } = await lostAttempt();
    await other.runs.acquire('run', 'host-b');
    expect(await codeOf(other.attempts.claim('host-b', [slotClaim(0, 's1')]))).toBe('ESP_CONFLICT');
    expect((await other.runs.plan('run')).join()).toBe('0');
    await other.processes.gone(lost.spawnId, null, 'host-a');
    expect(await other.attempts.claim('host-b', [slotClaim(0, 's1')])).toHaveLength(1);
  });
});

describe('releasing a claim', () => {
  it('leaves no trace of the attempt', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const before = await journal(store);
    const claimed = await claim(store, 0);
    await store.attempts.release('host-a', [claimed]);
    expect((await store.runs.plan('run')).join()).toBe('0');
    expect(await store.processes.present()).toEqual([]);
    expect(await journal(store)).toEqual(before);
    expect(await store.outputs.read('run', 0)).toBeNull();
    expect(await claim(store, 0)).toMatchObject({ attempt: 1 });
  });

  it('does nothing twice, and is refused once a process lives', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y']);
    const free = await claim(store, 0);
    const busy = await claim(store, 1);
    await store.attempts.release('host-a', [free]);
    await store.attempts.release('host-a', [free]);
    await store.processes.live(busy.spawnId, { identity: IDENTITY, generation: 1 });
    expect(await codeOf(store.attempts.release('host-a', [busy]))).toBe('ESP_CONFLICT');
    expect((await store.runs.plan('run')).join()).toBe('0,1');
  });

  it('does not take the slot from its next attempt', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const first = await claim(store, 0);
    await store.attempts.release('host-a', [first]);
    await claim(store, 0);
    await store.attempts.release('host-a', [first]);
    expect((await store.runs.plan('run')).join()).toBe('1');
  });
});

describe('finishing an attempt', () => {
  it('records output, exit and end of the process in one step', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    await store.processes.live(claimed.spawnId, { identity: IDENTITY, generation: 1 });
    const exit = { code: null, signal: 'SIGKILL' };
    const how = { outcome: 'failed' as const, exit, output: chunk('o', 'e'), heldOpen: true, durationMs: 7.6 };
    expect(await store.attempts.finish('host-a', ended(claimed, how))).toBe('recorded');
    expect(await store.processes.present()).toEqual([]);
    await store.runs.commit('run', 'host-a', [0], null);
    expect(await store.runs.rows('run', 0, 1)).toMatchObject([
      { output: { stdout: 'o', stderr: 'e', exitCode: null, signal: 'SIGKILL', heldOpen: true }, durationMs: 8 },
    ]);
    expect((await journalTypes(store)).slice(2)).toEqual([
      'process.spawned',
      'attempt.started',
      'process.exited',
      'attempt.ended',
      'slot.committed',
    ]);
  });

  it('keeps a process that was not proven gone as suspect, and does not say that it has ended', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    await store.processes.live(claimed.spawnId, { identity: IDENTITY, generation: 1 });
    const how = { outcome: 'cancelled' as const, exit: null, unproven: 'may still run: 7' };
    expect(await store.attempts.finish('host-a', ended(claimed, how))).toBe('recorded');
    expect(await store.processes.present()).toMatchObject([{ spawnId: claimed.spawnId, state: 'suspect', exit: null }]);
    const told = (await journal(store)).slice(4);
    expect(told.map(({ type }) => type)).toEqual(['process.suspect', 'attempt.ended']);
    const data = { spawnId: claimed.spawnId, pid: IDENTITY.pid, reason: 'may still run: 7' };
    expect(told[0]).toMatchObject({ data, ctx: { run: 'run', job: 'run:0', attempt: 1 } });
  });

  it('carries run, job and attempt in the context of each event', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    await store.processes.live(claimed.spawnId, { identity: IDENTITY, generation: 1 });
    await store.attempts.finish('host-a', ended(claimed));
    const events = (await journal(store)).slice(2);
    expect(new Set(events.map(({ ctx }) => JSON.stringify(ctx)))).toEqual(
      new Set([JSON.stringify({ run: 'run', job: 'run:0', attempt: 1 })]),
    );
  });

  it('that is requeued runs again, and counts if it ended by itself', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    await runSlot(store, 0, { outcome: 'failed', exit: { code: 1, signal: null }, requeue: true });
    await runSlot(store, 0, { outcome: 'timed_out', exit: null, requeue: true });
    await runSlot(store, 0, { outcome: 'cancelled', exit: null, requeue: true });
    await runSlot(store, 0, { outcome: 'failed', exit: { code: null, signal: null }, requeue: true, lost: true });
    const last = await claim(store, 0);
    expect(last).toMatchObject({ attempt: 5, endedBefore: 2, lossesBefore: 1 });
    await store.attempts.finish('host-a', ended(last));
    await store.runs.commit('run', 'host-a', [0], null);
    expect(await store.runs.rows('run', 0, 1)).toMatchObject([{ status: 'succeeded', attempts: 3 }]);
    const told = (await journalTypes(store)).filter((type) => type.startsWith('attempt.'));
    expect(told).toEqual(['attempt.ended', 'attempt.ended', 'attempt.ended', 'attempt.lost', 'attempt.ended']);
  });

  it('a second time is late, and changes nothing', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await runSlot(store, 0, { result: 'first' });
    const second = ended(claimed, { result: 'second', output: chunk('more') });
    expect(await store.attempts.finish('host-a', second)).toBe('late');
    await store.runs.commit('run', 'host-a', [0], null);
    expect(await store.runs.rows('run', 0, 1)).toMatchObject([{ result: 'first' }]);
    expect((await store.outputs.read('run', 0))?.stdout).toBe('');
    expect((await journalTypes(store)).filter((type) => type === 'attempt.late')).toHaveLength(1);
  });

  it('is late for an epoch that never was, and for a job that is not there', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    expect(await store.attempts.finish('host-a', ended({ ...claimed, epoch: 2 }))).toBe('late');
    expect(await store.attempts.finish('host-a', ended({ ...claimed, epoch: 0 }))).toBe('late');
    expect(await store.attempts.finish('host-a', ended({ ...claimed, jobId: slotJobId('other', 0) }))).toBe('late');
    expect((await store.runs.plan('run')).join()).toBe('1');
  });

  it('refuses a result that JSON cannot hold, and the slot runs on', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x']);
    const claimed = await claim(store, 0);
    expect(await codeOf(store.attempts.finish('host-a', ended(claimed, { result: new Map() })))).toBe('ESP_INVALID');
    expect((await store.runs.plan('run')).join()).toBe('1');
  });

  it('keeps a result of null apart from none', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y']);
    await runSlot(store, 0, { exit: null, result: null });
    await runSlot(store, 1, { exit: null });
    await store.runs.commit('run', 'host-a', [0, 1], null);
    const [first, second] = await store.runs.rows('run', 0, 2);
    expect(first).toHaveProperty('result', null);
    expect(second).not.toHaveProperty('result');
    expect(second).not.toHaveProperty('output');
  });
});

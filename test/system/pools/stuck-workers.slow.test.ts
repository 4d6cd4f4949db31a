import { describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { all } from '../support/support.js';
import { SDKS, workers } from '../support/workers.js';

/** Every wait of the pools here is short: what matters is what happens, not when. */
const quick = { heartbeatMs: 50, silenceMs: 400, cancelGraceMs: 200 };
const patient = { timeout: 60_000 };

describe.each(SDKS)('a %s worker that is stuck', (sdk) => {
  it('without a word and without work is asked for its stacks and killed; that is a crash, and it is replaced', async () => {
    // Between the question for its stacks and its end lies one heartbeat.
    const stage = await workers(sdk, { ...quick, heartbeatMs: 500 });
    const pid = await stage.pid();
    const { outcome } = await stage.begun('hold', {}, patient);
    const { data } = await stage.event('worker.unresponsive');
    expect(data).toMatchObject({ pid, cpuMs: expect.any(Number) });
    expect(data.silentMs).toBeGreaterThanOrEqual(quick.silenceMs);
    // Node's stacks are written by the loop that is stuck; Python's by a handler in C.
    if (sdk === 'python') expect(data.stack).toMatch(/Thread 0x.*\n.*hold/s);
    expect(await outcome).toMatchObject({
      code: 'ESP_WORKER_EXITED',
      message: expect.stringContaining('said nothing'),
      context: { state: 'started', signal: 'SIGKILL', kind: 'killed' },
    });
    expect(lives(pid)).toBe(false);
    expect((await stage.event('worker.crashed')).data).toMatchObject({ pid, cause: 'unresponsive' });
    expect(await stage.pid()).not.toBe(pid);
  });

  it('because it was stopped by a signal is killed and replaced', async () => {
    const stage = await workers(sdk, quick);
    const pid = await stage.pid();
    process.kill(pid, 'SIGSTOP');
    expect((await stage.event('worker.unresponsive')).data).toMatchObject({ pid });
    expect(await stage.pid()).not.toBe(pid);
    expect(lives(pid)).toBe(false);
  });

  it('in an endless loop works, so its silence kills nobody: the deadline of its call does, after the grace', async () => {
    const stage = await workers(sdk, quick);
    const pid = await stage.pid();
    const { outcome } = await stage.begun('loop', {}, { timeout: 10 * quick.silenceMs });
    expect(await outcome).toMatchObject({ code: 'ESP_TIMEOUT' });
    expect(await stage.pid()).not.toBe(pid);
    const { data } = await stage.event('worker.crashed');
    expect(data).toMatchObject({
      pid,
      cause: 'unresponsive',
      error: { message: expect.stringContaining('went on for') },
    });
    const silent = stage.system.events.subscribe({ after: 0, follow: false, types: ['worker.unresponsive'] });
    expect(await all(silent)).toEqual([]);
  });

  it.each(['deaf', 'drip'])(
    'in a call that does not stop when it is cancelled is killed after the grace: %s',
    async (method) => {
      const stage = await workers(sdk, quick);
      const pid = await stage.pid();
      if (method === 'deaf') {
        const giveUp = new AbortController();
        const { outcome } = await stage.begun(method, {}, { signal: giveUp.signal });
        giveUp.abort();
        expect(await outcome).toMatchObject({ code: 'ESP_ABORTED' });
      } else await stage.leftStream(method);
      expect(await stage.pid()).not.toBe(pid);
      expect(lives(pid)).toBe(false);
    },
  );

  it('in a call that does not stop is killed, though another one there is still wanted', async () => {
    const stage = await workers(sdk, { ...quick, env: { CONCURRENCY: '2' }, window: 2 });
    const wanted = await stage.held(patient);
    const giveUp = new AbortController();
    const stubborn = await stage.held({ signal: giveUp.signal });
    giveUp.abort();
    expect(await stubborn.outcome).toMatchObject({ code: 'ESP_ABORTED' });
    expect(await wanted.outcome).toMatchObject({
      code: 'ESP_WORKER_EXITED',
      message: expect.stringContaining('held went on for'),
    });
  });
});

describe.each(SDKS)('a %s worker that is only busy', (sdk) => {
  it('is left alone for as long as it computes, many times the silence that would kill an idle one', async () => {
    const stage = await workers(sdk, quick);
    const pid = await stage.pid();
    const { outcome } = await stage.begun('compute', { ms: 5 * quick.silenceMs }, patient);
    expect(await outcome).toBe(pid);
  });

  it('is not killed for a call that waits behind the one it computes', async () => {
    const stage = await workers(sdk, { ...quick, prefetch: 1 });
    const pid = await stage.pid();
    const { outcome } = await stage.begun('compute', { ms: 4000 }, patient);
    const behind = stage.pool.call('pid', null, { timeout: 100 });
    await expect(behind).rejects.toMatchObject({ code: 'ESP_TIMEOUT' });
    expect(await outcome).toBe(pid);
    expect(await stage.pid()).toBe(pid);
  });

  it('keeps its place until its work ended, though nobody waits for it any more', async () => {
    const stage = await workers(sdk, { ...quick, cancelGraceMs: 60_000, prefetch: 0 });
    const pid = await stage.pid();
    const giveUp = new AbortController();
    const { outcome, letGo } = await stage.held({ signal: giveUp.signal });
    giveUp.abort();
    expect(await outcome).toMatchObject({ code: 'ESP_ABORTED' });
    const next = stage.pid();
    expect(stage.pool.load()).toMatchObject({ busy: 1, waiting: 1 });
    letGo();
    expect(await next).toBe(pid);
    expect(stage.pool.load()).toMatchObject({ busy: 0, waiting: 0 });
  });
});

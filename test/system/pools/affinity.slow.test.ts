import type { ProtocolPoolOptions, System } from 'espalier';
import { processesOf } from 'espalier/testing';
import { describe, expect, it } from 'vitest';
import { lives } from '../../transport/process/support.js';
import { type Stage, workers } from '../support/workers.js';

/** Two workers with room for one call each. */
const two = (affinity: ProtocolPoolOptions['affinity']): Promise<Stage> =>
  workers('node', { size: 2, prefetch: 0, ...(affinity && { affinity }) });

/** Of a session; in time, so that a call that waits for ever fails soon. */
const of = (session: string) => ({ session, timeout: 20_000 });

/** The pid of the worker that serves a session now. */
async function served(stage: Stage, session: string): Promise<number> {
  return Number(await stage.pool.call('pid', null, of(session)));
}

describe('the calls of a session go to one worker', () => {
  it.each([undefined, 'strict-queue', 'strict-fail'] as const)('one after the other: %s', async (affinity) => {
    const stage = await two(affinity);
    const [a, b] = [new Set<number>(), new Set<number>()];
    // What has no session goes to whoever was idle longest: a session's next call would go to the other.
    for (let n = 0; n < 4; n += 1) a.add(await served(stage, 'a'));
    for (let n = 0; n < 4; n += 1) b.add(await served(stage, 'b'));
    expect([a.size, b.size]).toEqual([1, 1]);
    expect(new Set([await stage.pid(), await stage.pid()]).size).toBe(2);
  });

  it('by a hint as long as it has room: else another serves, and that one from then on', async () => {
    const stage = await two('hint');
    const first = await served(stage, 'a');
    const { outcome, letGo } = await stage.held(of('a'));
    const second = await served(stage, 'a');
    expect(second).not.toBe(first);
    letGo();
    expect(await outcome).toBe(first);
    expect(await served(stage, 'a')).toBe(second);
  });

  it('strictly: they wait for it while another has room, and calls without a session overtake them', async () => {
    const stage = await two('strict-queue');
    const { outcome, letGo } = await stage.held(of('a'));
    const waiting = served(stage, 'a');
    expect(stage.pool.load()).toMatchObject({ busy: 1, waiting: 1 });
    const other = await stage.pid();
    letGo();
    const pid = await outcome;
    expect(await waiting).toBe(pid);
    expect(other).not.toBe(pid);
  });

  it('strictly at once: they are refused while it has no room, and served when it has', async () => {
    const stage = await two('strict-fail');
    const { outcome, letGo } = await stage.held(of('a'));
    await expect(served(stage, 'a')).rejects.toMatchObject({ code: 'ESP_QUEUE_FULL', context: { session: 'a' } });
    letGo();
    const pid = await outcome;
    expect(await served(stage, 'a')).toBe(pid);
  });
});

describe('a session whose worker died', () => {
  it('goes on with another without a word, where it was only a hint', async () => {
    const stage = await two('hint');
    const pid = await served(stage, 'a');
    await died(stage, pid);
    expect(await served(stage, 'a')).not.toBe(pid);
  });

  it.each(['strict-queue', 'strict-fail'] as const)('is told so once, then it begins anew: %s', async (affinity) => {
    const stage = await two(affinity);
    const pid = await served(stage, 'a');
    await died(stage, pid);
    await expect(served(stage, 'a')).rejects.toMatchObject({ code: 'ESP_SESSION_LOST', context: { session: 'a' } });
    const next = await served(stage, 'a');
    expect(next).not.toBe(pid);
    expect(await served(stage, 'a')).toBe(next);
  });

  it.each<[string, (stage: Stage, pid: number) => unknown]>([
    ['killed by somebody', (_, pid) => process.kill(pid, 'SIGKILL')],
    ['its actor killed', async ({ system }, pid) => system.actor(await pathOf(system, pid)).kill()],
    ['replaced', ({ pool }) => pool.recycle()],
  ])('is told so once by the call that waited for it, and the next call is served: %s', async (_, end) => {
    const stage = await two('strict-queue');
    const pid = await served(stage, 'a');
    const { outcome, letGo } = await stage.held(of('a'));
    const waiting = served(stage, 'a').catch((error: unknown) => error);
    expect(stage.pool.load().waiting).toBe(1);
    const over = end(stage, pid);
    expect(await waiting).toMatchObject({ code: 'ESP_SESSION_LOST' });
    const next = await served(stage, 'a');
    expect(next).not.toBe(pid);
    expect(await served(stage, 'a')).toBe(next);
    letGo();
    await Promise.all([outcome, over]);
  });
});

/** The path of the worker that runs a process. */
async function pathOf(system: System, pid: number): Promise<string> {
  const found = (await processesOf(system)).find((process) => process.pid === pid);
  if (!found) throw new Error(`no worker runs ${pid}`);
  return found.path;
}

/** Kills an idle worker, and waits until its pool knows. */
async function died(stage: Stage, pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  const { data } = await stage.event('worker.crashed');
  expect([data.pid, lives(pid)]).toEqual([pid, false]);
}

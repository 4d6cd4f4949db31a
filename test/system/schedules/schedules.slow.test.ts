import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { System } from 'espalier';
import { untilEvent } from 'espalier/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { line } from '../../transport/process/support.js';
import { folder, outcome, shells, start } from '../support/support.js';

const SCRIPT = fileURLToPath(new URL('../fixtures/scheduling-host.mjs', import.meta.url));

/** A host in a process of its own, with a schedule of each second. */
class SchedulingHost {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;

  private constructor(store: string) {
    this.process = spawn(process.execPath, [SCRIPT, store], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  static async start(store: string): Promise<SchedulingHost> {
    const host = new SchedulingHost(store);
    onTestFinished(() => void host.process.kill('SIGKILL'));
    await line(host.process.stdout);
    return host;
  }

  async end(how: 'stop' | 'kill'): Promise<void> {
    const exited = once(this.process, 'exit');
    if (how === 'kill') this.process.kill('SIGKILL');
    else this.process.stdin.end();
    await exited;
  }
}

/** The instants of the next occurrences that are told. */
async function nextInstants(system: System, count: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { type, data } of system.events.subscribe({ after: 0, types: ['schedule.fired'] })) {
    if (type === 'schedule.fired') found.push(data.at);
    if (found.length === count) break;
  }
  return found;
}

/** Every instant of the schedule made one job, and no other was made. */
async function expectEachOnce(system: System): Promise<number> {
  const history = await system.schedules.history('tick', { limit: 1000 });
  const instants = history.map(({ at }) => at).toReversed();
  const first = instants[0] ?? 0;
  expect(instants).toEqual(instants.map((_, index) => first + index * 1000));
  expect(history.filter(({ skipped }) => skipped !== null)).toEqual([]);
  const jobs = await system.jobs.list({ limit: 10_000 });
  expect(jobs.map(({ jobId }) => jobId).toSorted()).toEqual(history.map(({ jobId }) => jobId).toSorted());
  expect(new Set(jobs.map(({ key }) => key)).size).toBe(jobs.length);
  return instants.length;
}

describe('a schedule of each second', () => {
  it('makes one job of each instant on two hosts of one store', async () => {
    const store = `${folder()}/s.db`;
    const hosts = [await SchedulingHost.start(store), await SchedulingHost.start(store)];
    const watcher = await start({ store, serveJobs: false });
    await nextInstants(watcher, 6);
    for (const host of hosts) await host.end('stop');
    expect(await expectEachOnce(watcher)).toBeGreaterThanOrEqual(6);
  });

  it('loses no instant and makes none twice while its hosts are killed', async () => {
    const store = `${folder()}/s.db`;
    const hosts = [await SchedulingHost.start(store), await SchedulingHost.start(store)];
    const watcher = await start({ store, serveJobs: false });
    // Each in turn, then both at once: nobody looks until they are back.
    for (const [round, killed] of [[0], [1], [0, 1], [1], [0, 1]].entries()) {
      await nextInstants(watcher, 2 + round * 2);
      await Promise.all(killed.map((index) => hosts[index]?.end('kill')));
      for (const index of killed) hosts[index] = await SchedulingHost.start(store);
    }
    await nextInstants(watcher, 16);
    for (const host of hosts) await host.end('stop');
    expect(await expectEachOnce(watcher)).toBeGreaterThanOrEqual(16);
  });
});

describe('schedules of a system', () => {
  const nightly = { cron: '30 2 * * *', timezone: 'Europe/Berlin', job: { queue: 'shell', input: 'echo night' } };

  it('are set, told of, run by hand, paused, resumed and removed', async () => {
    const system = await start({ children: [shells()] });
    const { schedules } = system;
    expect(await schedules.set('nightly', nightly)).toBe('created');
    expect(await schedules.set('nightly', nightly)).toBe('unchanged');
    expect(await schedules.set('nightly', { ...nightly, jitterMs: 5 })).toBe('changed');
    expect(await schedules.list()).toMatchObject([
      { name: 'nightly', state: 'active', spec: { catchUp: 'last', overlap: 'skip', job: { queue: 'test:/shell' } } },
    ]);
    const { jobId } = await schedules.runNow('nightly');
    const job = system.jobs.get(jobId ?? '');
    await job.result();
    expect(await job.output()).toMatchObject({ stdout: 'night\n' });
    expect(await schedules.history('nightly')).toMatchObject([{ byHand: true, jobId, jobState: 'succeeded' }]);
    expect([await schedules.pause('nightly'), await schedules.pause('nightly')]).toEqual([true, false]);
    expect(await schedules.get('nightly')).toMatchObject({ state: 'paused', nextAt: null });
    expect([await schedules.resume('nightly'), await schedules.resume('nightly')]).toEqual([true, false]);
    expect([await schedules.remove('nightly'), await schedules.remove('nightly')]).toEqual([true, false]);
    expect(await outcome(() => schedules.runNow('nightly'))).toBe('ESP_NOT_FOUND');
  });

  it('are made for one moment too, and have ended then', async () => {
    const system = await start({ children: [shells()] });
    await system.schedules.set('once', { at: Date.now() + 50, job: { queue: 'shell', input: 'true' } });
    await untilEvent(system, ({ type }) => type === 'schedule.ended');
    expect(await system.schedules.history('once')).toMatchObject([{ byHand: false, skipped: null, count: 1 }]);
  });

  it('are refused by the name of what does not fit', async () => {
    const { schedules } = await start({ children: [shells()] });
    const refused: readonly (readonly [options: object, said: string])[] = [
      [{ job: nightly.job }, "give either 'cron' or 'at'"],
      [{ ...nightly, at: 5 }, "give either 'cron' or 'at'"],
      [{ at: 5, timezone: 'UTC', job: nightly.job }, "give no 'timezone'"],
      [{ ...nightly, cron: '0 0 31 2 *' }, 'never comes'],
      [{ ...nightly, cron: 'soon' }, 'is no schedule'],
      [{ ...nightly, timezone: 'Mars/Olympus' }, 'Mars/Olympus'],
      [{ ...nightly, tz: 'UTC' }, "did you mean 'timezone'"],
      [{ ...nightly, job: { ...nightly.job, key: 'k' } }, 'the instant is the key'],
      [{ ...nightly, job: { input: 'x' } }, 'queue'],
    ];
    for (const [options, said] of refused) {
      await expect(schedules.set('s', options as typeof nightly)).rejects.toMatchObject({
        code: 'ESP_INVALID',
        message: expect.stringContaining(said),
      });
    }
    expect(await schedules.list()).toEqual([]);
  });
});

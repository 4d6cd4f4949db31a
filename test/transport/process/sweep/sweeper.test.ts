import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as proc from '../../../../src/transport/process/proc/proc.js';
import { Sweeper } from '../../../../src/transport/process/sweep/sweeper.js';
import { required } from '../../../support/required.js';
import { fixture, program } from '../doomed-host.js';
import { lives, newRunId, until } from '../support.js';

const looks = vi.hoisted(() => ({ count: 0 }));
/** Pids that are listed, and of processes that are gone when they are looked at. */
const crowd = vi.hoisted(() => ({ pids: [] as number[] }));
/** How many looks at a pid shall find it in the midst of an exec, which lasts too short to be met at will. */
const unsettled = vi.hoisted(() => new Map<number, number>());
/** Pids that go to somebody else right after their process was stopped, before it is killed: how often that was met. */
const successors = vi.hoisted(() => new Map<number, number>());
function succeeded<T extends { pid: number; state: string; startTicks: number } | null>(stat: T): T {
  const met = stat?.state === 'T' ? successors.get(stat.pid) : undefined;
  if (stat === null || met === undefined) return stat;
  successors.set(stat.pid, met + 1);
  return { ...stat, startTicks: stat.startTicks + 1 };
}
vi.mock(import('../../../../src/transport/process/proc/proc.js'), async (original) => {
  const real = await original();
  return {
    ...real,
    listPids: () => {
      looks.count += 1;
      return [...real.listPids(), ...crowd.pids];
    },
    readStat: (pid) => succeeded(real.readStat(pid)),
    readVisibleStat: (pid) => succeeded(real.readVisibleStat(pid)),
    readEnvironment: (pid) => {
      const left = unsettled.get(pid) ?? 0;
      unsettled.set(pid, left - 1);
      return left > 0 ? real.UNSETTLED : real.readEnvironment(pid);
    },
  };
});

const children: ChildProcess[] = [];
beforeEach(() => {
  looks.count = 0;
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const runId = newRunId();
const target = (entry: string) => ({ cookies: [entry], startTicks: 0, sessions: [] });

async function carrier(entry: string, command: readonly string[] = ['/bin/sleep', '300']): Promise<number> {
  const [file = '', ...words] = command;
  const child = spawn(file, words, { stdio: 'ignore', env: { ESPALIER_COOKIE: entry } });
  children.push(child);
  await once(child, 'spawn');
  return child.pid ?? 0;
}

describe('sweeps that are asked for at one time', () => {
  it('share their passes, and each reports its own', async () => {
    const sweeper = new Sweeper({ isLivingGroup: () => false });
    const entries = Array.from({ length: 20 }, (_, i) => `${runId}.1.s${i}`);
    const pids = await Promise.all(entries.map((entry) => carrier(entry)));
    const reports = await Promise.all(entries.map((entry) => sweeper.sweep(target(entry))));
    expect(reports).toEqual(pids.map((pid) => ({ killed: [pid], suspects: [], clean: true })));
    expect(pids.filter(lives)).toEqual([]);
    // One that kills, some until the kernel is done with it, two that prove; not three for each.
    expect(looks.count).toBeLessThan(20);
  });

  it('let everything else have its turn in between: a machine may have thousands of processes', async () => {
    crowd.pids = Array.from({ length: 5000 }, (_, index) => 4_100_000 + index);
    let turns = 0;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await new Sweeper({ isLivingGroup: () => false }).strike(target(`${runId}.1.nobody`));
    clearImmediate(next);
    crowd.pids = [];
    expect(turns).toBeGreaterThan(20);
  });

  it('do not count a look that began before they were asked for', async () => {
    const sweeper = new Sweeper({ isLivingGroup: () => false });
    const first = sweeper.sweep(target(`${runId}.1.nobody`));
    // The first pass is under way when the second sweep is asked for.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const before = looks.count;
    const second = sweeper.sweep(target(`${runId}.1.nobody`));
    await Promise.all([first, second]);
    expect(looks.count).toBeGreaterThanOrEqual(before + 2);
  });
});

describe('a process in the midst of an exec', () => {
  it('is looked at until it shows again what it carries', async () => {
    const pid = await carrier(`${runId}.3.a`);
    unsettled.set(pid, 20);
    const report = await new Sweeper({ isLivingGroup: () => false }).sweep(target(`${runId}.3.a`));
    expect(report).toEqual({ killed: [pid], suspects: [], clean: true });
  });

  it('is a suspect if that does not end', async () => {
    const pid = await carrier(`${runId}.4.a`);
    unsettled.set(pid, Number.POSITIVE_INFINITY);
    const report = await new Sweeper({ isLivingGroup: () => false }).strike(target(`${runId}.4.a`));
    expect(report.suspects).toEqual([{ pid, reason: 'it shows no environment' }]);
    expect(lives(pid)).toBe(true);
  });

  it('is none for being in one when the look ends: what began meanwhile is for the next', async () => {
    const pid = await carrier(`${runId}.7.a`);
    const ever = 1e9;
    unsettled.set(pid, ever);
    const striking = new Sweeper({ isLivingGroup: () => false }).strike(target(`${runId}.7.a`));
    await until('all was looked at, and it is waited for', () => Number(unsettled.get(pid)) < ever - 3);
    const stranger = spawn('/bin/sleep', ['300'], { stdio: 'ignore' });
    children.push(stranger);
    unsettled.set(stranger.pid ?? 0, Number.POSITIVE_INFINITY);
    expect(await striking).toEqual({ killed: [], suspects: [{ pid, reason: expect.any(String) }], clean: false });
  });

  it('shows no environment at all rather than an empty one', async () => {
    const pid = await carrier(`${runId}.5.a`, program('re-execs.sh'));
    const seen = () => proc.readEnvironment(pid);
    await until('it is met in between', () => {
      const environment = seen();
      if (environment instanceof Buffer) expect(environment.length).toBeGreaterThan(0);
      return environment === proc.UNSETTLED;
    });
  });
});

describe('a process whose main thread has ended', () => {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-thread-'));
  const binary = join(folder, 'leaves-its-main-thread');
  const source = fixture('leaves-its-main-thread.c');
  const isMade = required('cc', spawnSync('cc', ['-pthread', '-o', binary, source]).status === 0);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(!isMade)('looks like a zombie, and is found all the same', async () => {
    const entry = `${runId}.6.a`;
    const pid = await carrier(entry, [binary]);
    await until('its main thread has ended', () => proc.readStat(pid)?.state === 'Z');
    const report = await new Sweeper({ isLivingGroup: () => false }).sweep(target(entry));
    expect(report).toEqual({ killed: [pid], suspects: [], clean: true });
  });
});

describe('a strike', () => {
  it('kills what it finds with one look, and says that this proves nothing', async () => {
    const sweeper = new Sweeper({ isLivingGroup: () => false });
    const pid = await carrier(`${runId}.2.a`);
    expect(await sweeper.strike(target(`${runId}.2.`))).toEqual({ killed: [pid], suspects: [], clean: false });
    // Another where the numbers of processes began anew meanwhile.
    expect(looks.count).toBeLessThanOrEqual(2);
  });
});

describe('a number that goes to somebody else between the proof and the signal', () => {
  it('is left alone: who has it now began at another time', async () => {
    const pid = await carrier(`${runId}.8.a`);
    successors.set(pid, 0);
    await new Sweeper({ isLivingGroup: () => false }).strike(target(`${runId}.8.a`));
    expect(successors.get(pid)).toBeGreaterThan(0);
    successors.delete(pid);
    // One that was killed takes a moment to go.
    process.kill(pid, 'SIGCONT');
    await until('it sleeps again, or is gone', () => proc.readStat(pid)?.state === 'S' || !lives(pid));
    expect(lives(pid)).toBe(true);
  });
});

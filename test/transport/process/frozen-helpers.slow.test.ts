import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ForkerSpawner } from '../../../src/transport/process/forker/client.js';
import { cleanUpDeadHosts } from '../../../src/transport/process/janitor/janitor.js';
import { listPids, readCommandLine, readStat } from '../../../src/transport/process/proc/proc.js';
import { required } from '../../support/required.js';
import { createForkerSpawner } from './built.js';
import { carriers, DoomedHost, fixture, mopUp, program } from './doomed-host.js';
import { finish, line, lives, newRunId, shell, until } from './support.js';

const open: ForkerSpawner[] = [];
const hosts: DoomedHost[] = [];
const holders: ChildProcess[] = [];
afterEach(async () => {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
  for (const spawner of open.splice(0)) await spawner.close();
  for (const host of hosts.splice(0)) mopUp(host);
});

async function start(zygote = true) {
  const runId = newRunId();
  const spawner = await createForkerSpawner({ runId, zygote });
  open.push(spawner);
  return { runId, spawner };
}

async function doomed(options: { zygote?: boolean } = {}): Promise<DoomedHost> {
  const host = new DoomedHost({ programs: [program('overwrites-environment.pl'), program('daemon.pl')], ...options });
  hosts.push(host);
  await host.ready();
  return host;
}

/** Every process that shows a run id in its command line or as a helper, or is a zygote of one that does. */
function helpers(runId: string): readonly number[] {
  return listPids().filter((pid) => lives(pid) && readCommandLine(pid).includes(runId));
}

function zygoteOf(forker: number): number {
  const isZygote = (pid: number) => readStat(pid)?.parent === forker && readCommandLine(pid)[0] === 'espalier-zygote';
  return listPids().find(isZygote) ?? 0;
}

/** Who watches over the forker, by its command line. */
function watchers(runId: string): readonly number[] {
  return helpers(runId).filter((pid) => readCommandLine(pid)[1]?.endsWith('/forker.sh'));
}

function freeze(...pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
}

/** Whether processes of the same user may be traced. */
function mayTrace(): boolean {
  const path = '/proc/sys/kernel/yama/ptrace_scope';
  const scope = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  return required('the right to trace a process', process.getuid?.() === 0 ? scope < 3 : scope === 0);
}

/** Stops it as a debugger does, so that it cannot be told to go on. */
async function holdStill(pid: number): Promise<void> {
  const holder = spawn('/usr/bin/perl', [fixture('holds-still.pl'), String(pid)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  holders.push(holder);
  expect(await line(holder.stdout)).toBe('held');
}

describe.each(['zygote', 'sh'])('with programs started by %s, a helper that is stopped', (kind) => {
  const zygote = kind === 'zygote';

  it('is told to go on, be it the forker, and loses no program', async () => {
    const { spawner } = await start(zygote);
    const child = await spawner.spawn(shell('sleep 300'));
    freeze(spawner.identity.pid);
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
    expect([spawner.generation, lives(child.identity.pid)]).toEqual([1, true]);
  });

  it('does not keep its host from closing', async () => {
    const { runId, spawner } = await start(zygote);
    const child = await spawner.spawn(shell('setsid sleep 300 & sleep 300'));
    await until('there is a guardian', () => helpers(runId).length > 1);
    freeze(...helpers(runId), spawner.identity.pid);
    await spawner.close();
    expect([child.identity.pid, ...carriers(runId), ...helpers(runId)].filter(lives)).toEqual([]);
    expect(existsSync(spawner.directory)).toBe(false);
  });

  it('leaves no program behind when the host is killed, be it the forker', async () => {
    const host = await doomed({ zygote });
    freeze(host.forker);
    process.kill(host.pid, 'SIGKILL');
    await host.gone();
    await until('nothing is left', () => host.everything().length === 0);
  });

  it('leaves no program behind when the host is killed, be it the guardian', async () => {
    const host = await doomed({ zygote });
    freeze(...host.guardians());
    process.kill(host.pid, 'SIGKILL');
    await host.gone();
    await until('nothing is left', () => host.everything().length === 0);
  });

  it('leaves no program behind when host and forker are killed, be it who watches over the forker', async () => {
    const host = await doomed({ zygote });
    freeze(...watchers(host.runId));
    process.kill(host.forker, 'SIGKILL');
    process.kill(host.pid, 'SIGKILL');
    await host.gone();
    expect(host.remains()).toEqual([]);
    // It is the next start that finds it.
    const identity = { bootId: 'another', pidNamespace: 'another', pid: 1, startTicks: 1 };
    const trace = { runId: host.runId, identity, forker: null, directory: null, lock: null };
    const report = await cleanUpDeadHosts({
      hosts: [trace],
      registrations: [],
      self: '',
      lookAtLock: () => 'missing',
      isLeaseExpired: () => true,
    });
    expect(report.hosts.map(({ clean }) => clean)).toEqual([true]);
    expect(host.everything()).toEqual([]);
  });
});

describe('a zygote that is stopped', () => {
  it('is told to go on', async () => {
    const { spawner } = await start();
    freeze(zygoteOf(spawner.identity.pid));
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
    expect(spawner.generation).toBe(1);
  });

  it('is gone with all it started when the host is killed, also with the forker stopped', async () => {
    const host = await doomed();
    freeze(host.zygote, host.forker);
    process.kill(host.pid, 'SIGKILL');
    await host.gone();
    await until('nothing is left', () => host.everything().length === 0);
  });
});

describe.skipIf(!mayTrace())('a helper that cannot go on', () => {
  it('is replaced with all it started, be it the forker', async () => {
    const { spawner } = await start();
    const child = await spawner.spawn(shell('sleep 300'));
    await holdStill(spawner.identity.pid);
    expect(await child.exited).toEqual({ code: null, signal: null });
    await child.killGroup();
    expect(lives(child.identity.pid)).toBe(false);
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
    expect(spawner.generation).toBe(2);
  });

  it('is ended, be it the guardian of a forker that died', async () => {
    const { runId, spawner } = await start();
    const guardians = () => helpers(runId).filter((pid) => readCommandLine(pid)[1]?.endsWith('/guardian.sh'));
    await until('there is a guardian', () => guardians().length > 0);
    const [guardian = 0] = guardians();
    await holdStill(guardian);
    process.kill(spawner.identity.pid, 'SIGKILL');
    await until('it is gone', () => !lives(guardian));
    expect((await finish(await spawner.spawn(shell('echo there')))).stdout).toBe('there\n');
  });
});

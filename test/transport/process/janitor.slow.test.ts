import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { HostLockState, ProcessIdentity } from '../../../src/machines/process/process.js';
import { cleanUpDeadHosts, type JanitorOptions } from '../../../src/transport/process/janitor/janitor.js';
import type { HostTrace, HostVerdict } from '../../../src/transport/process/janitor/judge.js';
import { type Machine, readIdentity, thisMachine } from '../../../src/transport/process/proc/identity.js';
import { DoomedHost, mopUp, program } from './doomed-host.js';
import { bystander, canChoosePids, impostor } from './innocents.js';
import { lives, until } from './support.js';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

async function readyHost(...names: string[]): Promise<{ host: DoomedHost; trace: HostTrace }> {
  const host = new DoomedHost({ programs: names.map(program) });
  cleanups.push(() => mopUp(host));
  await host.ready();
  const forker = { identity: identityOf(host.forker), generation: 1 };
  const { runId, directory } = host;
  return { host, trace: { runId, identity: identityOf(host.pid), forker, directory, lock: null } };
}

function identityOf(pid: number): ProcessIdentity {
  const identity = readIdentity(pid);
  if (identity === null) throw new Error(`${pid} is gone`);
  return identity;
}

/** Kills host, forker and guardian, in an order that leaves nobody to clean up. */
async function killAll(host: DoomedHost): Promise<void> {
  const guardians = host.guardians();
  for (const pid of [host.pid, host.forker, ...guardians]) process.kill(pid, 'SIGSTOP');
  for (const pid of [host.forker, host.pid, ...guardians]) process.kill(pid, 'SIGKILL');
  await until('all three are dead', () => ![host.pid, host.forker, ...guardians].some(lives));
}

function sweep(host: HostTrace, more: Partial<JanitorOptions> = {}) {
  return cleanUpDeadHosts({
    hosts: [host],
    registrations: [],
    self: '',
    lookAtLock: () => 'missing',
    isLeaseExpired: () => false,
    ...more,
  });
}

describe('the janitor', () => {
  it('kills what a dead host, its forker and its guardian left, and says so per registration', async () => {
    const { host, trace } = await readyHost('child-in-own-session.sh', 'ignores-signals.sh');
    const pidOf = (spawnId: string, role: 'started' | 'offspring') =>
      host.told.find((told) => told.spawnId === spawnId && told[role] !== undefined)?.[role] ?? 0;
    const leaders = [pidOf('s0', 'started'), pidOf('s1', 'started')];
    const escaped = pidOf('s0', 'offspring');
    const registered = leaders.map((pid, i) => {
      return { spawnId: `s${i}`, runId: host.runId, identity: identityOf(pid), generation: 1 };
    });
    await killAll(host);
    await until('only what escaped is left', () => host.remains().every((pid) => pid === escaped));
    expect(lives(escaped)).toBe(true);
    const registrations = [...registered, { spawnId: 's9', runId: host.runId, identity: null, generation: null }];
    const report = await sweep(trace, { registrations });
    expect(report.hosts).toMatchObject([{ verdict: { dead: true, why: 'gone' }, killed: [escaped], clean: true }]);
    expect(report.registrations.map(({ outcome }) => outcome)).toEqual([
      { kind: 'swept', killed: [escaped] },
      { kind: 'gone' },
      { kind: 'gone' },
    ]);
    expect(host.remains()).toEqual([]);
    expect(existsSync(host.directory)).toBe(false);
  });

  it('only looks in a dry run', async () => {
    const { host, trace } = await readyHost('daemon.pl');
    await killAll(host);
    await until('only the daemon is left', () => host.remains().length === 1);
    const before = host.remains();
    const report = await sweep(trace, { dryRun: true });
    expect(report.hosts).toMatchObject([{ verdict: { dead: true }, killed: before, clean: false }]);
    expect(host.remains()).toEqual(before);
    expect(existsSync(host.directory)).toBe(true);
    await sweep(trace);
    expect(host.remains()).toEqual([]);
  });

  it('never touches a living host, nor itself', async () => {
    const { host, trace } = await readyHost('child-in-own-session.sh');
    const before = host.remains();
    const expired = { isLeaseExpired: () => true };
    expect((await sweep(trace, expired)).hosts).toMatchObject([{ verdict: { dead: false, why: 'alive' }, killed: [] }]);
    expect((await sweep(trace, { ...expired, self: host.runId })).hosts).toMatchObject([{ verdict: { why: 'self' } }]);
    expect(host.remains()).toEqual(before);
    expect([host.pid, host.forker].every(lives)).toBe(true);
  });

  it('waits for a forker that cleans up, and kills one that does not', async () => {
    const { host, trace } = await readyHost('overwrites-environment.pl', 'daemon.pl');
    process.kill(host.forker, 'SIGSTOP');
    process.kill(host.pid, 'SIGKILL');
    await until('the host is dead', () => !lives(host.pid));
    const report = await sweep(trace, { forkerGraceMs: 50 });
    expect(report.hosts).toMatchObject([{ clean: true }]);
    // One without its cookie is not looked for: it goes with its group, for which the kernel may take a moment.
    await until('all of it is gone', () => ![host.forker, ...host.remains()].some(lives));
  });

  it('proves by a living watcher whose the group is, its environment overwritten or not', async () => {
    const { host, trace } = await readyHost('overwrites-environment.pl', 'stopped-group.sh');
    process.kill(host.forker, 'SIGSTOP');
    process.kill(host.pid, 'SIGKILL');
    await until('the host is dead', () => !lives(host.pid));
    await sweep({ ...trace, forker: null });
    // The kernel may take a moment for what was killed with its group and carries no cookie to be looked for.
    await until('its programs are gone', () => host.remains().length === 0);
  });

  it('kills no process for having the pid, or even the start, of a registered one or of a forker', async () => {
    const { host, trace } = await readyHost('ignores-signals.sh');
    const innocent = bystander();
    cleanups.push(() => innocent.kill('SIGKILL'));
    const found = identityOf(innocent.pid ?? 0);
    await killAll(host);
    const expected = { ...found, startTicks: found.startTicks - 1 };
    const registrations = [
      { spawnId: 'other', runId: host.runId, identity: expected, generation: 1 },
      { spawnId: 'same', runId: host.runId, identity: found, generation: 1 },
    ];
    const forker = { identity: found, generation: 1 };
    const report = await sweep({ ...trace, forker }, { registrations, forkerGraceMs: 20 });
    expect(report.registrations.map(({ outcome }) => outcome)).toEqual([
      { kind: 'pid_reused', expected, found, killed: [] },
      expect.objectContaining({ kind: 'suspect', pid: innocent.pid }),
    ]);
    expect(report.hosts).toMatchObject([{ clean: false }]);
    expect(innocent.exitCode === null && innocent.signalCode === null && lives(found.pid)).toBe(true);
  });

  it.skipIf(!canChoosePids())('leaves an innocent alone that was forced into the pids of the dead', async () => {
    const { host, trace } = await readyHost('ignores-signals.sh');
    const [pid = 0] = host.told.flatMap(({ started }) => started ?? []);
    const expected = identityOf(pid);
    await killAll(host);
    const impostors = [await impostor(pid), await impostor(host.forker), await impostor(host.pid)];
    for (const { end } of impostors) cleanups.push(end);
    const registrations = [{ spawnId: 's0', runId: host.runId, identity: expected, generation: 1 }];
    const report = await sweep(trace, { registrations, forkerGraceMs: 20 });
    expect(report.hosts).toMatchObject([{ verdict: { dead: true, why: 'reused' }, clean: true }]);
    expect(report.registrations).toMatchObject([{ outcome: { kind: 'pid_reused', expected, found: { pid } } }]);
    expect(impostors.filter((one) => !lives(one.pid))).toEqual([]);
  });

  const elsewhere = (machine: Partial<Machine>, lock: string | null): HostTrace => {
    const identity = { ...thisMachine(), ...machine, pid: process.pid, startTicks: 1 };
    return { runId: 'x', identity, forker: null, directory: null, lock };
  };

  it.each<[HostLockState, Partial<Machine>, HostVerdict]>([
    ['held', { pidNamespace: 'another' }, { dead: false, why: 'locked' }],
    ['held', { bootId: 'another' }, { dead: false, why: 'locked' }],
    ['free', { pidNamespace: 'another' }, { dead: true, why: 'released' }],
    ['missing', { pidNamespace: 'another' }, { dead: false, why: 'unseen' }],
    ['unseen', { pidNamespace: 'another' }, { dead: false, why: 'unseen' }],
    ['missing', { bootId: 'another' }, { dead: true, why: 'rebooted' }],
    ['unseen', { bootId: 'another' }, { dead: true, why: 'rebooted' }],
  ])(
    'judges a host that cannot be looked up by its lock, whatever its lease: %s, %o',
    async (state, machine, verdict) => {
      const asked: string[] = [];
      const lookAtLock = (file: string) => {
        asked.push(file);
        return state;
      };
      const report = await sweep(elsewhere(machine, 'lock of x'), { lookAtLock, isLeaseExpired: () => true });
      expect(report.hosts[0]?.verdict).toEqual(verdict);
      expect(asked).toEqual(['lock of x']);
    },
  );

  it('asks the lease only for hosts of another boot or pid namespace that hold no lock', async () => {
    const old = elsewhere({ bootId: 'another' }, null);
    const asked: string[] = [];
    const verdict = async (expired: boolean) => {
      const isLeaseExpired = ({ runId }: HostTrace) => asked.push(runId) > 0 && expired;
      return (await sweep(old, { isLeaseExpired })).hosts[0]?.verdict;
    };
    expect(await verdict(false)).toEqual({ dead: false, why: 'leased' });
    expect(await verdict(true)).toEqual({ dead: true, why: 'expired' });
    expect(asked).toEqual(['x', 'x']);
  });
});

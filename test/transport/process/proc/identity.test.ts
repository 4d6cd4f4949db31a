import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../../../src/machines/process/process.js';
import { readIdentity, sameProcess, verify, verifyForker } from '../../../../src/transport/process/proc/identity.js';
import { listPids, readEnvironment, readStat } from '../../../../src/transport/process/proc/proc.js';
import { until } from '../support.js';

const pids: number[] = [];
afterEach(() => {
  for (const pid of pids.splice(0)) process.kill(pid, 'SIGKILL');
});

async function sleeper(env: NodeJS.ProcessEnv): Promise<ProcessIdentity> {
  const child = spawn('/bin/sleep', ['300'], { env, stdio: 'ignore' });
  await once(child, 'spawn');
  const identity = readIdentity(child.pid ?? 0);
  if (identity === null) throw new Error('no identity');
  pids.push(identity.pid);
  // It is started when its exec has begun; what it carries shows when that is over.
  await until('its exec is over', () => readEnvironment(identity.pid) instanceof Buffer);
  return identity;
}

describe('the identity of a process', () => {
  it('is the same as long as it lives', async () => {
    const identity = await sleeper({});
    expect(sameProcess(identity, readIdentity(identity.pid))).toBe(true);
    expect(identity.startTicks).toBeGreaterThan(readIdentity(process.pid)?.startTicks ?? Infinity);
  });

  it('is not that of another pid, start, boot or namespace, nor of nobody', async () => {
    const identity = await sleeper({});
    for (const other of [{ pid: 1 }, { startTicks: 1 }, { bootId: 'x' }, { pidNamespace: 'x' }]) {
      expect(sameProcess(identity, { ...identity, ...other })).toBe(false);
    }
    expect(sameProcess(identity, null)).toBe(false);
  });

  it('is nobody’s once the process is a zombie', async () => {
    const parent = spawn('/usr/bin/perl', ['-e', 'exit 0 if fork == 0; sleep 300'], { stdio: 'ignore' });
    pids.push(parent.pid ?? 0);
    await until('the child is a zombie', () => zombieOf(parent.pid ?? 0) !== undefined);
    expect(readIdentity(zombieOf(parent.pid ?? 0) ?? 0)).toBeNull();
  });
});

function zombieOf(parent: number): number | undefined {
  return listPids().find((pid) => {
    const stat = readStat(pid);
    return stat?.parent === parent && stat.state === 'Z';
  });
}

describe('verifying, right before a signal', () => {
  it('takes the cookie as proof, and nothing less', async () => {
    const identity = await sleeper({ ESPALIER_COOKIE: 'outer.1.z,run.1.a' });
    expect(verify(identity, 'run.1.a')).toBe('ours');
    expect(verify(identity, 'run.1.b')).toBe('unproven');
    expect(verify({ ...identity, startTicks: identity.startTicks - 1 }, 'run.1.a')).toBe('reused');
    expect(verify({ ...identity, bootId: 'x' }, 'run.1.a')).toBe('reused');
  });

  it('knows a forker by its mark', async () => {
    const identity = await sleeper({ ESPALIER_FORKER: 'run' });
    expect(verifyForker(identity, 'run')).toBe('ours');
    expect(verifyForker(identity, 'ru')).toBe('unproven');
  });

  it('finds nobody where nobody is', async () => {
    const identity = await sleeper({});
    process.kill(pids.pop() ?? Number.NaN, 'SIGKILL');
    await until('it is gone', () => readIdentity(identity.pid) === null);
    expect(verify(identity, 'run.1.a')).toBe('gone');
  });
});

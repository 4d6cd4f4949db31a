import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanUpDeadHosts } from '../../../src/transport/process/janitor/janitor.js';
import { readIdentity, thisMachine } from '../../../src/transport/process/proc/identity.js';
import { readEnvironment } from '../../../src/transport/process/proc/proc.js';
import { lives, newRunId, until } from './support.js';

/** A process that carries a cookie of a dead host. */
async function carrier(entry: string): Promise<number> {
  const child = spawn('/bin/sleep', ['300'], { stdio: 'ignore', env: { ESPALIER_COOKIE: entry } });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  await until('its exec is over', () => readEnvironment(child.pid ?? 0) instanceof Buffer);
  return child.pid ?? 0;
}

const nobody = { ...thisMachine(), pid: 4_194_303, startTicks: 1 };

describe('what was only intended when its host died', () => {
  // The third forker may have started something and died, with its host, before it was on disk.
  it.each([1, 2, 3])('is looked for under every forker that can have started it: generation %d', async (generation) => {
    const runId = newRunId();
    const pid = await carrier(`${runId}.${generation}.a`);
    const host = { runId, identity: nobody, forker: { identity: nobody, generation: 2 }, directory: null, lock: null };
    const intents = ['a', 'b'].map((spawnId) => ({ spawnId, runId, identity: null, generation: null }));
    const report = await cleanUpDeadHosts({
      ...{ hosts: [host], registrations: intents, self: '', lookAtLock: () => 'missing', isLeaseExpired: () => false },
    });
    expect(report.registrations.map(({ outcome }) => outcome)).toEqual([
      { kind: 'swept', killed: [pid] },
      { kind: 'gone' },
    ]);
    expect(lives(pid)).toBe(false);
  });
});

describe('a process that may be that of a dead host, and cannot be proven so', () => {
  it('is left alone, and its host is not told clean', async () => {
    const runId = newRunId();
    const pid = await carrier(`${newRunId()}.1.a`);
    const host = { runId, identity: nobody, forker: null, directory: null, lock: null };
    const registrations = [{ spawnId: 'a', runId, identity: readIdentity(pid), generation: 1 }];
    const report = await cleanUpDeadHosts({
      hosts: [host],
      registrations,
      self: '',
      lookAtLock: () => 'missing',
      isLeaseExpired: () => false,
    });
    expect(report.registrations.map(({ outcome }) => [outcome.kind, lives(pid)])).toEqual([['suspect', true]]);
    expect(report.hosts).toMatchObject([{ killed: [], clean: false }]);
  });
});

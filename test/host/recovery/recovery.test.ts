import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recover } from '../../../src/host/recovery/recovery.js';
import type { ProcessIdentity } from '../../../src/machines/process/process.js';
import { readIdentity, thisMachine } from '../../../src/transport/process/proc/identity.js';
import { claim, journalTypes, newFile, open, openHost, startRun } from '../../persistence/support/world.js';

/** Somebody's process, which carries no cookie of ours. */
async function stranger(): Promise<ProcessIdentity> {
  const child = spawn('/bin/sleep', ['300'], { stdio: 'ignore', env: {} });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const identity = readIdentity(child.pid ?? 0);
  if (identity === null) throw new Error('it has ended already');
  return identity;
}

/** A run of a host that died, `host-a`, with two slots at work, and what another host makes of it. */
async function lost() {
  const file = newFile();
  const store = await open(file, { runId: 'host-a' });
  // Nobody has that pid: it is the last there can be.
  const identity = { ...thisMachine(), pid: 4_194_303, startTicks: 1 };
  await store.hosts.register({ runId: 'host-a', name: 'test', identity, node: process.version, version: '0.0.0' });
  await startRun(store, ['suspect', 'gone'], { onLost: 'retry' });
  const suspect = await claim(store, 0);
  await claim(store, 1);
  // What has the pid and the start of the first one shows no cookie: it may be ours, and may not be killed for it.
  await store.processes.live(suspect.spawnId, { identity: await stranger(), generation: 1 });
  const next = await openHost(file, 'host-b');
  await recover({ store: next, self: 'host-b', clock: { now: () => Date.now() } });
  return next;
}

describe('recovery', () => {
  it('records what may still run before it takes the work back: no slot runs again beside its predecessor', async () => {
    const next = await lost();
    // 0: queued again; 2: failed.
    expect([...(await next.runs.plan('run'))]).toEqual([2, 0]);
    const types = await journalTypes(next);
    expect(types.indexOf('process.suspect')).toBeGreaterThan(-1);
    expect(types.indexOf('process.suspect')).toBeLessThan(types.indexOf('host.fenced'));
    expect(await next.hosts.get('host-a')).toMatchObject({ ended: 'dead' });
  });
});

import { rmSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { storeHost } from '../../../src/inspection/stored/store-host.js';
import type { ProcessIdentity } from '../../../src/machines/process/process.js';
import { readIdentity } from '../../../src/transport/process/proc/identity.js';
import { IDENTITY, newFile, open } from '../../persistence/support/world.js';

const own = readIdentity(process.pid);
if (!own) throw new Error('this process cannot be found in /proc');

/** Of a host elsewhere its lock tells whether it lives: of this one the test holds it, and lays it aside where nobody is to know. */
async function seen(identity: ProcessIdentity, isKnown = false) {
  const store = await open(newFile(), { runId: 'seen' });
  if (!isKnown) rmSync(store.lock ?? '');
  await store.hosts.register({ runId: 'seen', name: 'test', identity, node: process.version, version: '0.0.0' });
  const sighting = { kind: 'observed', path: '/a', incarnation: 1, role: 'machine' } as const;
  await store.snapshots.put({ ...sighting, state: 'ready', detail: null });
  const host = await storeHost(store, 'seen');
  return { store, host, states: () => host.model.living().map(({ state }) => state) };
}

describe('a host as its store knows it', () => {
  it('still shows what its workers printed, under their seat and under their own path', async () => {
    const { store, host } = await seen({ ...own, startTicks: own.startTicks + 1 });
    const chunk = { stdout: Buffer.from('loaded\n'), stderr: Buffer.from('caf\xe9!', 'latin1') };
    await store.logs.append({ path: '/p/workers/1', incarnation: 1 }, { ...chunk, dropped: false });
    for (const path of ['/p/workers/1', '/p/workers/1/worker'])
      expect(await host.logs(path)).toEqual({
        stdout: 'loaded\n',
        stderr: 'caf\ufffd!',
        altered: ['stderr'],
        truncated: false,
      });
    expect(await host.logs('/q')).toBeNull();
  });

  it('lives, is gone, or is elsewhere: then its actors are those that the store tells of', async () => {
    const cases = [
      [own, 'living', ['ready']],
      [{ ...own, startTicks: own.startTicks + 1 }, 'gone', []],
      [{ ...own, pidNamespace: 'pid:[7]' }, 'unknown', ['ready']],
      [{ ...own, pidNamespace: 'pid:[7]' }, 'living', ['ready'], true],
      // Nothing outlives a boot.
      [IDENTITY, 'gone', []],
      [IDENTITY, 'living', ['ready'], true],
    ] as const;
    for (const [identity, presence, states, isKnown] of cases) {
      const { host, states: shown } = await seen(identity, isKnown);
      expect([host.presence, shown()]).toEqual([presence, states]);
    }
  });

  it('and is elsewhere is gone as soon as the store says that it has ended', async () => {
    const { store, host, states } = await seen(IDENTITY, true);
    const stop = host.look();
    await store.hosts.end('seen');
    await vi.waitFor(() => expect([host.presence, states()]).toEqual(['gone', []]), { timeout: 10_000 });
    stop();
  });
});

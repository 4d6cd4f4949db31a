import { describe, expect, it, vi } from 'vitest';
import { storeHost } from '../../src/inspection/store-host.js';
import type { ProcessIdentity } from '../../src/machines/process.js';
import { readIdentity } from '../../src/transport/process/identity.js';
import { IDENTITY, newFile, open } from '../persistence/support/world.js';

const own = readIdentity(process.pid);
if (!own) throw new Error('this process cannot be found in /proc');

async function seen(identity: ProcessIdentity) {
  const store = await open(newFile(), { runId: 'seen' });
  await store.hosts.register({ runId: 'seen', name: 'test', identity, node: process.version, version: '0.0.0' });
  const sighting = { kind: 'observed', path: '/a', incarnation: 1, role: 'machine' } as const;
  await store.snapshots.put({ ...sighting, state: 'ready', detail: null });
  const host = await storeHost(store, 'seen');
  return { store, host, states: () => host.model.living().map(({ state }) => state) };
}

describe('a host as its store knows it', () => {
  it('lives, is gone, or is elsewhere: then its actors are those that the store tells of', async () => {
    const cases = [
      [own, 'living', ['ready']],
      [{ ...own, startTicks: own.startTicks + 1 }, 'gone', []],
      [{ ...own, pidNamespace: 'pid:[7]' }, 'unknown', ['ready']],
      [IDENTITY, 'unknown', ['ready']],
    ] as const;
    for (const [identity, presence, states] of cases) {
      const { host, states: shown } = await seen(identity);
      expect([host.presence, shown()]).toEqual([presence, states]);
    }
  });

  it('and is elsewhere is gone as soon as the store says that it has ended', async () => {
    const { store, host, states } = await seen(IDENTITY);
    const stop = host.look();
    await store.hosts.end('seen');
    await vi.waitFor(() => expect([host.presence, states()]).toEqual(['gone', []]), { timeout: 10_000 });
    stop();
  });
});

import { describe, expect, it } from 'vitest';
import type { SpawnIntent } from '../../../../src/machines/process/process.js';
import { claim, codeOf, IDENTITY, journal, journalTypes, newFile, openHost, startRun } from '../../support/world.js';

const intent = (spawnId: string, path = '/w/0', runId = 'host-a'): SpawnIntent => ({
  spawnId,
  runId,
  path,
  incarnation: 1,
  command: ['prog', 'arg'],
});
const LIVE = { identity: IDENTITY, generation: 3 };

describe('a registration', () => {
  it('goes from intent to live to gone, with its events', async () => {
    const store = await openHost(newFile());
    await store.processes.intend(intent('s'));
    expect(await store.processes.present()).toMatchObject([
      { state: 'intent', identity: null, exit: null, runId: 'host-a' },
    ]);
    await store.processes.live('s', LIVE);
    expect(await store.processes.present('host-a')).toMatchObject([
      { state: 'live', ...LIVE, command: ['prog', 'arg'] },
    ]);
    await store.processes.gone('s', { code: 0, signal: null });
    await store.processes.gone('s', { code: 1, signal: null });
    expect(await store.processes.present()).toEqual([]);
    expect((await journal(store)).slice(1)).toMatchObject([
      { type: 'process.spawned', path: '/w/0', incarnation: 1, data: { spawnId: 's', pid: IDENTITY.pid } },
      { type: 'process.exited', path: '/w/0', data: { spawnId: 's', pid: IDENTITY.pid, code: 0, signal: null } },
    ]);
  });

  it('whose program did not start is gone, with the reason', async () => {
    const store = await openHost(newFile());
    await store.processes.intend(intent('s'));
    await store.processes.failed('s', { code: 'ESP_SPAWN', message: 'no such file' });
    expect(await store.processes.present()).toEqual([]);
    expect((await journal(store)).at(-1)).toMatchObject({
      type: 'process.failed',
      data: { error: { code: 'ESP_SPAWN' } },
    });
    expect(await codeOf(store.processes.live('s', LIVE))).toBe('ESP_CONFLICT');
  });

  it('whose end nobody saw goes without an event', async () => {
    const store = await openHost(newFile());
    await store.processes.intend(intent('s'));
    await store.processes.live('s', LIVE);
    await store.processes.gone('s', null);
    expect(await journalTypes(store)).toEqual(['host.started', 'process.spawned']);
  });

  it('may become suspect once, and gone from there', async () => {
    const store = await openHost(newFile());
    await store.processes.intend(intent('s'));
    await store.processes.live('s', LIVE);
    await store.processes.suspect('s', 'unreadable');
    await store.processes.suspect('s', 'unreadable');
    expect(await store.processes.present()).toMatchObject([{ state: 'suspect' }]);
    expect((await journalTypes(store)).filter((type) => type === 'process.suspect')).toHaveLength(1);
    await store.processes.gone('s', null);
    await store.processes.suspect('s', 'too late');
    expect(await store.processes.present()).toEqual([]);
  });

  it('of a path or a job is one at a time', async () => {
    const store = await openHost(newFile());
    await store.processes.intend(intent('s1'));
    expect(await codeOf(store.processes.intend(intent('s2')))).toBe('ESP_CONFLICT');
    await store.processes.live('s1', LIVE);
    expect(await codeOf(store.processes.intend(intent('s2')))).toBe('ESP_CONFLICT');
    await store.processes.gone('s1', null);
    await store.processes.intend(intent('s2'));
    expect(await codeOf(store.processes.intend(intent('s2', '/other')))).toBe('ESP_CONFLICT');

    // Those of jobs have a path in common until their workers are known.
    await startRun(store, ['x', 'y']);
    const claimed = await claim(store, 0);
    await claim(store, 1);
    await store.processes.live(claimed.spawnId, LIVE);
    await store.hosts.fence('host-a', 'someone');
    const other = await openHost(store.file, 'host-b');
    await other.runs.acquire('run', 'host-b');
    expect(await codeOf(claim(other, 0, 'host-b'))).toBe('ESP_CONFLICT');
  });

  it('of a job is its worker’s once it lives: it was intended before one was chosen', async () => {
    const store = await openHost(newFile());
    await startRun(store, ['x', 'y']);
    const { spawnId } = await claim(store, 1);
    const [address, command] = [{ path: '/pool/workers/2/worker', incarnation: 7 }, ['wc', 'a.txt']];
    await store.processes.live(spawnId, { ...LIVE, worker: { ...address, command } });
    expect(await store.processes.present()).toMatchObject([{ ...address, command, jobId: 'run:1', attempt: 1 }]);
    await store.processes.gone(spawnId, { code: 0, signal: null });
    const told = (await journal(store)).filter(({ type }) => type.startsWith('process.'));
    expect(told).toMatchObject([{ ...address, data: { command } }, address]);
  });

  it('belongs to the tree of its host: another host has paths of its own', async () => {
    const file = newFile();
    const store = await openHost(file);
    const other = await openHost(file, 'host-b');
    await store.processes.intend(intent('s'));
    await other.processes.intend(intent('s', '/w/0', 'host-b'));
    expect(await store.processes.present()).toHaveLength(2);
    expect(await store.processes.present('host-b')).toHaveLength(1);
  });

  it('of another host is told gone by the janitor, under that host', async () => {
    const file = newFile();
    const store = await openHost(file);
    await store.processes.intend(intent('s'));
    await store.processes.live('s', LIVE);
    const janitor = await openHost(file, 'host-b');
    await janitor.processes.intend(intent('s', '/w/0', 'host-b'));
    await janitor.processes.suspect('s', 'same ticks', 'host-a');
    await janitor.processes.gone('s', { code: null, signal: 'SIGKILL' }, 'host-a');
    expect(await janitor.processes.present()).toMatchObject([{ runId: 'host-b', state: 'intent' }]);
    expect((await journal(janitor)).at(-1)).toMatchObject({ type: 'process.exited', runId: 'host-a' });
  });

  it('that does not exist is an error', async () => {
    const store = await openHost(newFile());
    expect(await codeOf(store.processes.live('none', LIVE))).toBe('ESP_NOT_FOUND');
    expect(await codeOf(store.processes.gone('none', null))).toBe('ESP_NOT_FOUND');
  });
});

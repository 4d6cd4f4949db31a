import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSystem, machine, openReader, service, supervisor } from 'espalier';
import { untilReady } from 'espalier/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMachine } from 'xstate';
import { line } from '../../transport/process/support.js';
import { directoryOf, folder, start, treeOf } from '../support/support.js';

const LONELY = fileURLToPath(new URL('../fixtures/lonely-host.mjs', import.meta.url));
const light = createMachine({ initial: 'red', states: { red: { on: { go: 'green' } }, green: {} } });

it('a living host answers with every actor, plain machines too, in the order of their start', async () => {
  const store = join(folder(), 'store.db');
  const system = await start({
    store,
    children: [
      machine({ id: 'zeta', logic: light }),
      supervisor({
        id: 'group',
        strategy: 'one_for_one',
        children: [machine({ id: 'b', logic: light }), machine({ id: 'a', logic: light })],
      }),
      service({ id: 'nap', command: ['sleep', '1000'] }),
    ],
  });
  system.actor('zeta').send({ type: 'go' });
  // A child that is restarted keeps its place.
  await system.actor('/group/b').kill();
  await untilReady(system, '/group/b', { after: 1 });

  const { actors, unasked, presence, leftOut } = await treeOf(store);
  expect([unasked, presence, leftOut]).toEqual([null, 'living', 0]);
  expect(actors.map(({ path }) => path)).toEqual([
    '/',
    '/zeta',
    '/group',
    '/group/b',
    '/group/a',
    '/nap',
    '/nap/worker',
    '/espalier',
    '/espalier/runs',
    '/espalier/lanes',
  ]);
  const [zeta, b, nap] = ['/zeta', '/group/b', '/nap/worker'].map((at) => actors.find(({ path }) => path === at));
  expect(zeta).toMatchObject({ state: 'green', restarts: 0, pid: null });
  expect(b).toMatchObject({ state: 'red', restarts: 1, incarnation: 2 });
  expect(nap).toMatchObject({ role: 'worker', pid: expect.any(Number) });
  for (const { startedAt } of actors) expect(Math.abs((startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
});

it('a host has one private folder from its start to its stop, whether it has processes or not', async () => {
  for (const children of [[], [service({ id: 'nap', command: ['sleep', '1000'] })]]) {
    const store = join(folder(), 'store.db');
    const system = await start({ store, children });
    const directory = await directoryOf(store, system.runId);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    await system.stop();
    expect(existsSync(directory)).toBe(false);
    expect(await treeOf(store)).toMatchObject({ presence: 'gone', unasked: 'has ended' });
  }
});

it('a host that was killed is told from its store, and its folder goes with the next start', async () => {
  const store = join(folder(), 'store.db');
  const host = spawn(process.execPath, [LONELY, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void host.kill('SIGKILL'));
  const runId = await line(host.stdout);
  const directory = await directoryOf(store, runId);
  await using reader = await openReader(store);
  // Its last sightings are on disk.
  await vi.waitFor(async () => expect(await reader.snapshots.list(runId)).toHaveLength(4), { timeout: 60_000 });
  expect((await treeOf(store)).actors.map(({ path }) => path)).toContain('/plain');

  // One that is held up for good keeps nobody waiting for good.
  host.kill('SIGSTOP');
  const held = await treeOf(store);
  expect(held).toMatchObject({ presence: 'living', unasked: expect.stringMatching(/^gave no answer within/) });
  expect(held.actors.map(({ path }) => path)).toEqual(['/', '/espalier', '/espalier/lanes', '/espalier/runs']);

  host.kill('SIGKILL');
  await new Promise((resolve) => host.once('close', resolve));
  expect(await treeOf(store)).toMatchObject({ presence: 'gone', unasked: 'has ended' });
  expect(existsSync(directory)).toBe(true);
  const next = await createSystem({ name: 'next', store, synchronous: 'normal' });
  await next.stop();
  expect(existsSync(directory)).toBe(false);
});

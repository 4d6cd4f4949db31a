import { existsSync, readdirSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { Asks } from '../../src/actors/desk/asks.js';
import { WorkerDesk } from '../../src/actors/desk/worker-desk.js';
import { OwedWrites } from '../../src/host/owed-writes.js';
import type * as processHost from '../../src/host/process-host.js';
import type { NewJournalEvent } from '../../src/machines/events.js';
import { IDENTITY, newFile, open } from '../persistence/support/world.js';
import { ownForkers } from '../system/support/support.js';
import { finish, newRunId, shell } from '../transport/process/support.js';

const built = new URL('../../dist/host/process-host.js', import.meta.url).href;
const { ProcessHost }: typeof processHost = await import(built);

async function make() {
  const runId = newRunId();
  const store = await open(newFile(), { runId });
  const told: NewJournalEvent[] = [];
  const clock = { now: () => Date.now(), setTimeout, clearTimeout: () => undefined };
  const host = new ProcessHost({
    runId,
    store,
    clock,
    hostEnv: {},
    secretKeys: [],
    owed: new OwedWrites({ clock, isOver: () => false, onFault: () => undefined }),
    desk: new WorkerDesk({ tools: [], asks: new Asks(clock), onAsk: undefined, onFault: () => undefined }),
    journal: (event) => void told.push(event),
    background: (write) => void write.catch(() => undefined),
    onFault: () => undefined,
  });
  onTestFinished(() => host.close());
  const register = () =>
    store.hosts.register({ runId, name: 'test', identity: IDENTITY, node: process.version, version: '0.0.0' });
  return { runId, host, told, register };
}

it('starts one forker for all who ask, and writes it down before it is used', async () => {
  const { runId, host, told, register } = await make();
  await register();
  const [first, second] = await Promise.all([host.services(), host.services()]);
  expect(first.spawner).toBe(second.spawner);
  expect(ownForkers().filter((one) => one === runId)).toHaveLength(1);
  expect(told).toMatchObject([{ type: 'forker.started', data: { generation: 1 } }]);
});

it('tries again at the next need when a forker could not be had, and leaves nothing of the first', async () => {
  const { runId, host, told, register } = await make();
  // A host that is not on disk may not have one.
  await expect(host.services()).rejects.toThrow();
  expect(ownForkers()).not.toContain(runId);
  expect(told).toEqual([]);
  await register();
  const { spawner } = await host.services();
  expect((await finish(await spawner.spawn(shell('echo here')))).stdout).toBe('here\n');
});

it('keeps its folder, and the door in it, when a forker could not be had', async () => {
  const { host, register } = await make();
  const secrets = { keys: [], patterns: [], values: [] };
  const folder = await host.listen({ tree: () => ({ actors: [], leftOut: 0 }), secrets: () => secrets });
  await expect(host.services()).rejects.toThrow();
  expect(readdirSync(folder ?? '')).toEqual(['ask']);
  await register();
  const { spawner } = await host.services();
  expect((await finish(await spawner.spawn(shell('echo here')))).stdout).toBe('here\n');
  expect(existsSync(`${folder}/ask`)).toBe(true);
  await host.close();
  expect(existsSync(folder ?? '')).toBe(false);
});

it('starts nothing once it was closed, whatever was under way', async () => {
  const { runId, host, register } = await make();
  await register();
  const pending = host.services().catch((error: unknown) => error);
  await host.close();
  await pending;
  expect(ownForkers()).not.toContain(runId);
  await expect(host.services()).rejects.toMatchObject({ code: 'ESP_STOPPED' });
});

it('closes its door also when it cannot prove that all its processes are gone', async () => {
  const { host, register } = await make();
  await register();
  const secrets = { keys: [], patterns: [], values: [] };
  const folder = await host.listen({ tree: () => ({ actors: [], leftOut: 0 }), secrets: () => secrets });
  const { spawner } = await host.services();
  const close = spawner.close.bind(spawner);
  onTestFinished(() => close());
  Object.defineProperty(spawner, 'close', {
    value: () => Promise.reject(new Error('somebody is left')),
    configurable: true,
  });
  await expect(host.close()).rejects.toThrow('somebody is left');
  expect(existsSync(`${folder}/ask`)).toBe(false);
  Object.defineProperty(spawner, 'close', { value: close });
});

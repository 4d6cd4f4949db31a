import { createSystem, machine, pool, type System, supervisor } from 'espalier';
import {
  Faults,
  killProcess,
  processesOf,
  resumeProcess,
  signalProcess,
  suspendProcess,
  until,
  untilDown,
  untilEvent,
  untilReady,
} from 'espalier/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createMachine } from 'xstate';
import { readStat } from '../../src/transport/process/proc/proc.js';

const idle = createMachine({});
const slow = createMachine({
  initial: 'waking',
  states: { waking: { tags: 'espalier.starting', on: { wake: 'awake' } }, awake: {} },
});

async function start(children: Parameters<typeof createSystem>[0]['children']): Promise<System> {
  const system = await createSystem({
    name: 'test',
    store: ':memory:',
    synchronous: 'normal',
    children: children ?? [],
  });
  onTestFinished(() => system.stop());
  return system;
}

describe('waiting', () => {
  it('until an actor is ready says which incarnation is', async () => {
    const system = await start([machine({ id: 'a', logic: idle })]);
    expect(await untilReady(system, '/a')).toEqual({ path: '/a', incarnation: 1 });
    const down = untilDown(system, '/a');
    void system.actor('/a').kill();
    expect(await down).toMatchObject({ path: '/a', incarnation: 1, exit: { kind: 'killed' } });
    expect(await untilReady(system, '/a', { after: 1 })).toMatchObject({ incarnation: 2 });
  });

  it('does not take one that still starts for ready, and says what there is when it takes too long', async () => {
    const system = await start([machine({ id: 'a', logic: idle })]);
    const started = system.supervisor('/').startChild(machine({ id: 'b', logic: slow }));
    await expect(untilReady(system, '/b', { timeout: 50 })).rejects.toMatchObject({
      code: 'ESP_TEST',
      message: expect.stringMatching(/not ready within 50 ms[\s\S]*\/a #1/),
    });
    system.actor('/b').send({ type: 'wake' });
    await untilReady(system, '/b');
    expect(await started).toMatchObject({ ok: true });
  });

  it('for the end of nobody is over at once', async () => {
    const system = await start([]);
    expect((await untilDown(system, '/nobody')).exit).toEqual({ kind: 'noproc' });
  });

  it('for an end or an event that does not come fails', async () => {
    const system = await start([machine({ id: 'a', logic: idle })]);
    await expect(untilDown(system, '/a', { timeout: 20 })).rejects.toThrow('not within 20 ms: the end of /a');
    await expect(untilEvent(system, () => false, { timeout: 20 })).rejects.toMatchObject({ code: 'ESP_TEST' });
    await expect(until('the impossible', () => false, 20)).rejects.toThrow('the impossible');
  });

  it('finds an event that was, and one that comes', async () => {
    const system = await start([machine({ id: 'a', logic: idle })]);
    const { seq } = await untilEvent(system, ({ type }) => type === 'host.started');
    const restarted = untilEvent(system, ({ type }) => type === 'actor.restarted', { after: seq });
    void system.actor('/a').kill();
    expect(await restarted).toMatchObject({ path: '/a', incarnation: 2 });
  });
});

describe('faults', () => {
  it('make so many starts of a path fail, wherever in the tree it is', async () => {
    const faults = new Faults();
    const child = faults.in(machine({ id: 'a', logic: idle }));
    const system = await start([supervisor({ id: 's', children: [child] })]);
    faults.failStarts('/s/a', 2);
    void system.actor('/s/a').kill();
    expect(await untilReady(system, '/s/a', { after: 1 })).toMatchObject({ incarnation: 4 });
    const crash = await untilEvent(system, ({ type, incarnation }) => type === 'actor.crashed' && incarnation === 3);
    expect(crash.data).toMatchObject({ error: { code: 'ESP_TEST', message: expect.stringContaining('/s/a') } });
  });

  it('fail the start of the system with the error that was given', async () => {
    const faults = new Faults();
    faults.failStarts('/a', 1, new Error('no disk'));
    const children = [faults.in(machine({ id: 'a', logic: idle }))];
    await expect(createSystem({ name: 'test', store: ':memory:', children })).rejects.toThrow('no disk');
  });

  it('hold a start until it is released', async () => {
    const faults = new Faults();
    const held = faults.holdStart('/a');
    const system = await start([]);
    const started = system.supervisor().startChild(faults.in(machine({ id: 'a', logic: idle })));
    await held.reached;
    expect(system.whereis('/a')).toBeUndefined();
    held.release();
    expect(await started).toMatchObject({ ok: true });
  });
});

describe('the processes of a system', () => {
  let system: System;
  beforeAll(async () => {
    const sleepers = pool({ id: 'sleepers', mode: 'exec', command: ['sleep', '{}'], size: 2, graceMs: 100 });
    system = await createSystem({ name: 'test', store: ':memory:', synchronous: 'normal', children: [sleepers] });
    await untilReady(system, '/sleepers');
    return () => system.stop();
  });

  /** Runs a sleeper and resolves with its process. */
  async function sleeper() {
    const before = await processesOf(system);
    const after = await head();
    const result = system.execPool('/sleepers').exec('600');
    await untilEvent(system, ({ type }) => type === 'process.spawned', { after });
    const process = (await processesOf(system)).find(({ pid }) => before.every((other) => other.pid !== pid));
    if (!process) throw new Error('no process');
    return { result, process };
  }

  async function head(): Promise<number> {
    let last = 0;
    for await (const { seq } of system.events.subscribe({ after: 0, follow: false })) last = seq;
    return last;
  }

  it('are found by the path of their actor and by any above it, while they run', async () => {
    const { result, process } = await sleeper();
    expect(process).toMatchObject({
      command: [expect.stringMatching(/\/sleep$/), '600'],
      path: expect.stringMatching(/^\/sleepers\/workers\/\d\/worker$/),
    });
    expect(await processesOf(system, process.path)).toEqual([process]);
    expect(await processesOf(system, 'sleepers')).toEqual([process]);
    expect(await processesOf(system, '/sleep')).toEqual([]);
    expect(await killProcess(system, '/')).toEqual(process);
    expect(await result).toMatchObject({ signal: 'SIGKILL' });
    expect(await processesOf(system)).toEqual([]);
  });

  it('are suspended and resumed', async () => {
    const { result, process } = await sleeper();
    const state = () => readStat(process.pid)?.state;
    await suspendProcess(system, '/sleepers');
    await until('it is stopped', () => state() === 'T');
    await resumeProcess(system, '/sleepers');
    await until('it goes on', () => state() === 'S');
    await signalProcess(system, '/sleepers', 'SIGTERM');
    expect(await result).toMatchObject({ signal: 'SIGTERM' });
  });

  it('are not signalled when it is not clear which is meant', async () => {
    await expect(killProcess(system, '/sleepers')).rejects.toThrow('0 processes run at or below /sleepers');
    const first = await sleeper();
    const second = await sleeper();
    await expect(killProcess(system, '/')).rejects.toThrow(/2 processes.*\/worker \(\d+\), \/sleepers/);
    for (const { path } of await processesOf(system)) await killProcess(system, path);
    expect([await first.result, await second.result]).toMatchObject([{ signal: 'SIGKILL' }, { signal: 'SIGKILL' }]);
  });
});

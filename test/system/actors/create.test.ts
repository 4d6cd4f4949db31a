import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSystem, dynamicSupervisor, machine, pool, spec, supervisor } from 'espalier';
import { describe, expect, it } from 'vitest';
import { createMachine, fromCallback } from 'xstate';
import { create, folder, outcome, ownForkers, remains, shells, start } from '../support/support.js';

const logic = createMachine({});

/** What a caller without types may pass. */
function untyped(json: string): object {
  const parsed: unknown = JSON.parse(json);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

describe('options that do not fit', () => {
  const twice = [machine({ id: 'twin', logic }), machine({ id: 'twin', logic })];
  it.each<[string, object]>([
    ['name', { name: '' }],
    ['name', { name: '../up' }],
    ['name', untyped('{"name": 7}')],
    ['twin', { children: twice }],
    ['espalier', { children: [machine({ id: 'espalier', logic })] }],
    ['children', untyped('{"children": {}}')],
    ['intensity', { intensity: -1 }],
    ['intensity', { intensity: 1.5 }],
    ['period', { period: 0 }],
    ['period', { period: Number.NaN }],
    ['strategy', untyped('{"strategy": "one_for_none"}')],
    ['synchronous', untyped('{"synchronous": "sometimes"}')],
    ['store', { store: '' }],
    ['store', untyped('{"store": 7}')],
    ['children', untyped('{"children": [null, 5]}')],
    ['period', untyped('{"period": "5"}')],
    ['tools', untyped('{"tools": 7}')],
    ['tools', untyped('{"tools": [null]}')],
    ['onAsk', untyped('{"onAsk": 7}')],
    ['inspector', untyped('{"inspector": true}')],
  ])('are refused by name (%s), and nothing is made: %o', async (option, options) => {
    const store = join(folder(), 'store.db');
    const pending = createSystem({ name: 'test', store, ...options });
    await expect(pending).rejects.toMatchObject({ code: 'ESP_INVALID', message: expect.stringContaining(option) });
    expect(existsSync(store)).toBe(false);
  });

  it.each<[string, object]>([
    ['size', { size: 0 }],
    ['size', { size: 1.5 }],
    ['size', { size: 1025 }],
    ['size', untyped('{"size": "4"}')],
    ['maxQueue', { maxQueue: -1 }],
    ['graceMs', { graceMs: 2 ** 53 }],
    ['overflow', untyped('{"overflow": "explode"}')],
    ['mode', untyped('{"mode": "shell"}')],
    ['command', untyped('{"command": []}')],
    ['command', untyped('{"command": "ls"}')],
    ['command', untyped('{"command": ["ls", 7]}')],
    ['id', { id: 'a/b' }],
    ['id', { id: '' }],
    ['cwd', untyped('{"cwd": 7}')],
    ['env', untyped('{"env": {"A": 7}}')],
    ['env', { env: { 'A=B': 'c' } }],
    ['env', { env: { A: 'b\0c' } }],
  ])('of a pool are refused by name (%s): %o', (option, options) => {
    const make = () => pool({ id: 'p', mode: 'exec', command: ['true'], size: 1, ...options });
    expect(make).toThrow(expect.objectContaining({ code: 'ESP_INVALID', message: expect.stringContaining(option) }));
  });
});

describe('a path that is none', () => {
  it('is refused wherever one is taken', async () => {
    const system = await start({ children: [shells()] });
    const nowhere = JSON.parse('null');
    const asks = [
      () => system.pool(nowhere),
      () => system.actor(nowhere),
      () => system.whereis(nowhere),
      () => system.runs.start({ slots: ['true'], pool: nowhere }),
      () => system.runs.start({ slots: ['true'], pool: 'shell', name: JSON.parse('7') }),
      () => system.execPool('shell').exec('true', { cwd: JSON.parse('7') }),
    ];
    for (const ask of asks) expect(await outcome(ask)).toBe('ESP_INVALID');
  });
});

describe('a child that does not start', () => {
  it.each<[string, string, object]>([
    ['a literal program that is missing', 'ESP_SPAWN', { command: ['/nowhere/program'] }],
    ['a literal program that is not on the path', 'ESP_SPAWN', { command: ['no-such-program-here'] }],
    ['a template that says nothing', 'ESP_INVALID', { command: ['echo', '{.a'] }],
  ])('fails the system with what it said, and no process is left: %s', async (_, code, options) => {
    const pending = create({ children: [shells(), shells({ id: 'bad', ...options })] });
    await expect(pending).rejects.toMatchObject({ code });
    expect(ownForkers()).toEqual([]);
  });

  it('ends those that started before it, newest first, with what they run', async () => {
    const log: string[] = [];
    let forked: readonly string[] = [];
    const child = (id: string) => machine({ id, logic: fromCallback(() => () => void log.push(id)) });
    const bad = spec({
      id: 'bad',
      start: () => {
        forked = ownForkers();
        throw new Error('no luck');
      },
    });
    const group = supervisor({ id: 'group', children: [child('c'), bad] });
    await expect(create({ children: [child('a'), shells(), child('b'), group] })).rejects.toThrow('no luck');
    expect(log).toEqual(['c', 'b', 'a']);
    expect(forked).toHaveLength(1);
    expect(forked.flatMap(remains)).toEqual([]);
  });

  it('leaves a store that the next system opens', async () => {
    const store = join(folder(), 'store.db');
    await expect(create({ store, children: [shells({ command: ['/nowhere/program'] })] })).rejects.toThrow();
    const system = await start({ store, children: [shells()] });
    expect(await system.execPool('shell').exec('echo well')).toMatchObject({ stdout: 'well\n' });
  });
});

describe('a tree', () => {
  it('that ends while it starts leaves nothing, and says why', async () => {
    const dying = fromCallback(() => {
      throw new Error('cannot live');
    });
    const child = machine({ id: 'dying', logic: dying });
    await expect(create({ children: [shells(), child] })).rejects.toThrow('cannot live');
    expect(ownForkers()).toEqual([]);
  });

  it('starts without processes when nobody needs one', async () => {
    await start({ children: [machine({ id: 'm', logic }), dynamicSupervisor({ id: 'd' })] });
    expect(ownForkers()).toEqual([]);
  });

  it('that exhausts its restarts ends the system: every process is gone, and it says how it ended', async () => {
    const mortal = createMachine({
      on: {
        die: {
          actions: () => {
            throw new Error('dead');
          },
        },
      },
    });
    const system = await start({ intensity: 1, children: [shells(), machine({ id: 'mortal', logic: mortal })] });
    const running = system
      .execPool('shell')
      .exec('sleep 50')
      .catch((error: unknown) => error);
    for (const incarnation of [1, 2]) {
      await expect.poll(() => system.whereis('/mortal')?.incarnation).toBe(incarnation);
      system.actor('/mortal').send({ type: 'die' });
    }
    expect(await system.ended).toMatchObject({ kind: 'shutdown' });
    expect(remains(system.runId)).toEqual([]);
    expect(await running).toMatchObject({ code: 'ESP_STOPPED' });
    await system.stop();
  });
});

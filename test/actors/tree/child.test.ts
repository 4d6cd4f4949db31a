import { describe, expect, it } from 'vitest';
import { createMachine, fromCallback, fromPromise } from 'xstate';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { childPath, startChild } from '../../../src/actors/tree/child.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { supervisor } from '../../../src/actors/tree/supervisor.js';
import type { ActorExit } from '../../../src/machines/exits/exit.js';
import { TestTree } from './supervisor-tree.js';

const idle = createMachine({});

it('makes paths', () => {
  expect(childPath('/', 'a')).toBe('/a');
  expect(childPath('/a', 'b')).toBe('/a/b');
});

describe('a start', () => {
  it('gives the start function its path, its incarnation and its environment', async () => {
    const tree = new TestTree();
    const seen: unknown[] = [];
    const child = spec({
      id: 'b',
      start: (context) => {
        seen.push(context);
        return idle;
      },
    });
    await startChild(tree.env, '/a', child, 3, () => undefined);
    expect(seen).toEqual([{ path: '/a/b', incarnation: 3, env: tree.env }]);
  });

  it('hands the logic its input', async () => {
    const tree = new TestTree();
    const logic = createMachine({ context: ({ input }) => ({ input }) });
    const child = spec({ id: 'a', start: () => ({ logic, input: 7 }) });
    const started = await startChild(tree.env, '/', child, 1, () => undefined);
    expect(started !== 'ignore' && started.cell.getSnapshot()).toMatchObject({ context: { input: 7 } });
  });

  it('registers the cell while it starts, and takes it out when that fails', async () => {
    const tree = new TestTree();
    const booting = createMachine({
      initial: 'x',
      states: { x: { tags: 'espalier.starting', on: { fail: { actions: boom } } } },
    });
    const cells: Cell[] = [];
    const exits: ActorExit[] = [];
    const onCell = (cell: Cell) => void cells.push(cell);
    const onExit = (exit: ActorExit) => void exits.push(exit);
    const start = startChild(tree.env, '/', spec({ id: 'a', start: () => booting }), 1, onExit, { onCell });
    start.catch(() => undefined);
    await tree.settle();
    expect(tree.directory.whereis('/a')).toBe(cells[0]);
    tree.send('/a', 'fail');
    await expect(start).rejects.toThrow('boom');
    await tree.settle();
    expect(tree.directory.whereis('/a')).toBeUndefined();
    expect(exits).toEqual([]);
  });

  it('is refused where somebody lives', async () => {
    const tree = new TestTree();
    await tree.start(tree.child('a'));
    await expect(tree.start(tree.child('a'))).rejects.toMatchObject({ code: 'ESP_CONFLICT' });
    expect(tree.log).toEqual(['+a']);
  });

  it('may be ignored', async () => {
    const tree = new TestTree();
    expect(await startChild(tree.env, '/', spec({ id: 'a', start: () => 'ignore' }), 1, () => undefined)).toBe(
      'ignore',
    );
    expect([...tree.directory.cells()]).toEqual([]);
  });
});

describe('an exit', () => {
  it('is told after the start, also when it came first', async () => {
    const tree = new TestTree();
    const order: string[] = [];
    const child = spec({ id: 'a', start: () => fromPromise(async () => 1) });
    const done = createMachine({ initial: 'x', states: { x: { type: 'final' } } });
    for (const each of [child, spec({ id: 'b', start: () => done })]) {
      await startChild(tree.env, '/', each, 1, (exit) => void order.push(`${each.id} ${exit.kind}`)).then(
        () => void order.push(`${each.id} started`),
      );
      await tree.settle();
    }
    expect(order).toEqual(['a started', 'a normal', 'b started', 'b normal']);
  });

  it('is the last that is observed, also of one that ended at once', async () => {
    const tree = new TestTree();
    const done = createMachine({ initial: 'x', states: { x: { type: 'final' } } });
    await tree.start(spec({ id: 'a', start: () => done }));
    await tree.settle();
    expect(tree.observed.map(({ state }) => state)).toEqual(['exited']);
  });

  it('is observed, with faults and dead letters', async () => {
    const tree = new TestTree();
    const logic = fromCallback(() => boom);
    const cell = await tree.start(spec({ id: 'a', start: () => logic, role: 'service' }));
    await cell.kill();
    cell.send({ type: 'late' });
    await tree.settle();
    expect(tree.observed).toMatchObject([
      { path: '/a', incarnation: 1, role: 'service', state: 'running' },
      { path: '/a', state: 'fault', detail: { message: 'boom' } },
      { path: '/a', state: 'exited', detail: { kind: 'killed' } },
    ]);
    expect(tree.directory.deadLetters.ended).toBe(1);
  });
});

describe('observations', () => {
  it('show each new state of what is more than a plain machine, once', async () => {
    const tree = new TestTree();
    const logic = createMachine({
      initial: 'a',
      states: { a: { on: { go: 'b', stay: {} } }, b: { initial: 'c', states: { c: {} } } },
    });
    await tree.start(spec({ id: 'a', role: 'starter', start: () => logic }));
    for (const type of ['stay', 'stay', 'go']) tree.send('/a', type);
    expect(tree.observed.map(({ state }) => state)).toEqual(['a', '{"b":"c"}']);
  });

  it('of a plain machine are that it runs, and that it does not any more', async () => {
    const tree = new TestTree();
    const cell = await tree.start(tree.child('a'));
    await cell.kill();
    await tree.settle();
    expect(tree.observed.map(({ state }) => state)).toEqual(['running', 'exited']);
  });

  it('of a supervisor are its states', async () => {
    const tree = new TestTree();
    const cell = await tree.start(supervisor({ id: 's', children: [tree.child('a')] }));
    await cell.stop('infinity');
    await tree.settle();
    const states = tree.observed.filter(({ path }) => path === '/s').map(({ state }) => state);
    expect(states).toEqual(['starting', 'running', 'stopping', 'exited']);
  });
});

function boom(): never {
  throw new Error('boom');
}

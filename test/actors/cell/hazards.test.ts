import { describe, expect, it } from 'vitest';
import { assign, createActor, createMachine, fromCallback, fromPromise } from 'xstate';
import { boom, fail, faults, logging, startedCell } from './cell-setup.js';
import { turn, uncaughtDuring } from './cell-uncaught.js';

/** Each hazard of XState twice: alone it strikes, in a cell it does not. Should the first half of a pair fail, XState has got better. */

describe('a child that fails', () => {
  const child = fromCallback(({ receive }) => receive(fail));
  const logic = createMachine({
    invoke: { src: child, id: 'child' },
    on: { go: { actions: ({ self }) => self.getSnapshot().children.child?.send({ type: 'go' }) } },
  });

  it('alone: ends the process', async () => {
    const actor = createActor(logic).start();
    const caught = await uncaughtDuring(() => actor.send({ type: 'go' }));
    expect(caught).toMatchObject([{ message: 'boom' }]);
  });

  it('in a cell: is an exit', async () => {
    const cell = await startedCell(logic);
    expect(await uncaughtDuring(() => cell.send({ type: 'go' }))).toEqual([]);
    expect(await cell.exited).toMatchObject(boom);
  });
});

describe('a wildcard', () => {
  const logic = createMachine({
    invoke: { src: fromPromise(async () => fail()), id: 'child' },
    on: { '*': { actions: () => undefined } },
  });

  it('alone: swallows the failure of a child', async () => {
    const actor = createActor(logic).start();
    await turn();
    expect(actor.getSnapshot().status).toBe('active');
  });

  it('in a cell: does not swallow it', async () => {
    const cell = await startedCell(logic);
    expect(await cell.exited).toMatchObject(boom);
  });

  it('in a cell: an error that is handled by name is handled', async () => {
    const handled = createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: fromPromise(async () => fail()), onError: 'b' }, on: { '*': 'c' } },
        b: {},
        c: {},
      },
    });
    const cell = await startedCell(handled);
    await turn();
    expect(cell.getSnapshot()).toMatchObject({ status: 'active', value: 'b' });
  });
});

describe('a throw in an action', () => {
  const make = (log: string[]) =>
    createMachine({
      invoke: { src: logging(log, 'child') },
      on: { go: { actions: fail } },
    });

  it('alone: leaves running what was started, for ever', async () => {
    const log: string[] = [];
    const actor = createActor(make(log)).start();
    actor.subscribe({ error: () => undefined });
    actor.send({ type: 'go' });
    actor.stop();
    await turn();
    expect(log).toEqual(['+child']);
  });

  it('in a cell: stops what was started', async () => {
    const log: string[] = [];
    const cell = await startedCell(make(log));
    cell.send({ type: 'go' });
    expect(log).toEqual(['+child', '-child']);
    expect(await cell.exited).toMatchObject(boom);
  });

  it('in a cell: stops also what the same transition was about to stop', async () => {
    const log: string[] = [];
    const logic = createMachine({
      initial: 'a',
      states: {
        a: { invoke: { src: logging(log, 'child'), systemId: 'named' }, on: { go: { target: 'b', actions: fail } } },
        b: {},
      },
    });
    const cell = await startedCell(logic);
    cell.send({ type: 'go' });
    expect(log).toEqual(['+child', '-child']);
  });

  it('in a cell: reaches grandchildren', async () => {
    const log: string[] = [];
    const parent = createMachine({
      invoke: { src: make(log), id: 'middle' },
      on: { go: { actions: ({ self }) => self.getSnapshot().children.middle?.send({ type: 'go' }) } },
    });
    const cell = await startedCell(parent);
    cell.send({ type: 'go' });
    expect(log).toEqual(['+child', '-child']);
    expect(await cell.exited).toMatchObject(boom);
  });
});

describe('an observer that throws at the end of what it observes', () => {
  const logic = createMachine({
    entry: ({ self }) => void self.subscribe(({ status }) => status === 'done' && fail()),
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { type: 'final' } },
  });

  it('alone: ends the process', async () => {
    const actor = createActor(logic).start();
    expect(await uncaughtDuring(() => actor.send({ type: 'go' }))).toMatchObject([{ message: 'boom' }]);
  });

  it('in a cell: is a fault that harms nobody', async () => {
    const cell = await startedCell(logic);
    expect(await uncaughtDuring(() => cell.send({ type: 'go' }))).toEqual([]);
    expect(cell.exit).toMatchObject({ kind: 'normal' });
    expect(faults).toMatchObject([{ message: 'boom' }]);
  });
});

describe('stopping', () => {
  const make = (log: string[]) =>
    createMachine({ invoke: ['a', 'b', 'c'].map((id) => ({ id, src: logging(log, id) })) });

  it('alone: goes in the order of starting', () => {
    const log: string[] = [];
    createActor(make(log)).start().stop();
    expect(log.slice(3)).toEqual(['-a', '-b', '-c']);
  });

  it('in a cell: goes in reverse, and can be awaited', async () => {
    const log: string[] = [];
    const cell = await startedCell(make(log));
    expect(await cell.stop(5000, 'enough')).toEqual({ kind: 'shutdown', reason: 'enough' });
    expect(log.slice(3)).toEqual(['-c', '-b', '-a']);
  });
});

describe('spawning again under the same id', () => {
  const make = (log: string[]) => {
    let count = 0;
    return createMachine({
      on: { go: { actions: assign(({ spawn }) => void spawn(logging(log, `${++count}`), { id: 'same' })) } },
    });
  };

  it('alone: leaves the old one running', () => {
    const log: string[] = [];
    const actor = createActor(make(log)).start();
    actor.send({ type: 'go' });
    actor.send({ type: 'go' });
    actor.stop();
    expect(log).toEqual(['+1', '+2', '-2']);
  });

  it('in a cell: stops the old one', async () => {
    const log: string[] = [];
    const cell = await startedCell(make(log));
    cell.send({ type: 'go' });
    cell.send({ type: 'go' });
    expect(log).toEqual(['+1', '-1', '+2']);
    await cell.stop(5000);
    expect(log).toEqual(['+1', '-1', '+2', '-2']);
  });
});

describe('a thousand finished promises', () => {
  const logic = createMachine({
    on: { go: { actions: assign(({ spawn }) => void spawn(fromPromise(async () => 1))) } },
  });
  const children = (snapshot: object) => Object.keys('children' in snapshot ? (snapshot.children ?? {}) : {});

  it('alone: stay among the children', async () => {
    const actor = createActor(logic).start();
    for (let count = 0; count < 1000; count += 1) actor.send({ type: 'go' });
    await turn();
    expect(children(actor.getSnapshot())).toHaveLength(1000);
  });

  it('in a cell: are gone', async () => {
    const cell = await startedCell(logic);
    for (let count = 0; count < 1000; count += 1) cell.send({ type: 'go' });
    expect(children(cell.getSnapshot())).toHaveLength(1000);
    await turn();
    expect(children(cell.getSnapshot())).toEqual([]);
    expect(cell.getSnapshot().status).toBe('active');
  });

  it('in a cell: an invoked one stays until its state is left, so that its id still names it', async () => {
    const invoking = createMachine({
      initial: 'a',
      states: { a: { invoke: { id: 'work', src: fromPromise(async () => 1) }, on: { go: 'b' } }, b: {} },
    });
    const cell = await startedCell(invoking);
    await turn();
    expect(children(cell.getSnapshot())).toEqual(['work']);
    cell.send({ type: 'go' });
    expect(children(cell.getSnapshot())).toEqual([]);
  });
});

describe('a system id used twice', () => {
  const logic = createMachine({ invoke: { src: fromCallback(() => undefined), systemId: 'one' } });

  it('alone: kills who spawns the second in the same system', () => {
    const both = createMachine({
      invoke: { src: logic, id: 'first' },
      on: { go: { actions: assign(({ spawn }) => void spawn(logic)) } },
    });
    const actor = createActor(both).start();
    actor.subscribe({ error: () => undefined });
    actor.send({ type: 'go' });
    expect(actor.getSnapshot().status).toBe('error');
  });

  it('in cells: each has its own', async () => {
    const cells = [await startedCell(logic), await startedCell(logic)];
    expect(cells.map((cell) => cell.getSnapshot().status)).toEqual(['active', 'active']);
  });

  it('in a cell: is free again when its actor has been stopped', async () => {
    const again = createMachine({
      initial: 'a',
      states: {
        a: {
          invoke: { id: 'x', src: fromCallback(() => undefined), systemId: 'one' },
          on: { go: { target: 'a', reenter: true } },
        },
      },
    });
    const cell = await startedCell(again);
    cell.send({ type: 'go' });
    expect(cell.getSnapshot().status).toBe('active');
    expect(cell.ref.system.get('one')).toBeDefined();
  });
});

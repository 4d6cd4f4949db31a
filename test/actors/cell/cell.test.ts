import { describe, expect, it } from 'vitest';
import {
  type AnyActorLogic,
  type AnyEventObject,
  cancel,
  createMachine,
  fromCallback,
  fromPromise,
  raise,
  sendParent,
} from 'xstate';
import { Cell, type CellOptions } from '../../../src/actors/cell/cell.js';
import { Shutdown } from '../../../src/errors.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { uncaughtDuring } from './cell-uncaught.js';

function setUp(logic: AnyActorLogic, options: Partial<CellOptions> = {}) {
  const clock = new SimulatedClock();
  const dead: AnyEventObject[] = [];
  const onDeadLetter = (event: AnyEventObject) => void dead.push(event);
  const cell = new Cell({ path: '/cell', incarnation: 1, logic, clock, role: 'machine', onDeadLetter, ...options });
  return { cell, clock, dead };
}

/** Becomes ready on `ready`, stops on `espalier.stop` after `stopped`. */
const polite = createMachine({
  initial: 'booting',
  states: {
    booting: { tags: 'espalier.starting', on: { ready: 'running', fail: { actions: boom }, finish: 'gone' } },
    running: { on: { 'espalier.stop': 'stopping', finish: 'gone', fail: { actions: boom } } },
    stopping: { on: { stopped: 'gone', fail: { actions: boom } } },
    gone: { type: 'final' },
  },
  output: 42,
});

function boom(): never {
  throw new Error('boom');
}

async function ready(options: Partial<CellOptions> = {}) {
  const set = setUp(polite, options);
  const started = set.cell.start();
  set.cell.send({ type: 'ready' });
  await started;
  return set;
}

describe('start', () => {
  it('waits while the snapshot carries the tag espalier.starting', async () => {
    const { cell } = setUp(polite);
    let started = false;
    const start = cell.start().then(() => {
      started = true;
    });
    await Promise.resolve();
    expect(started).toBe(false);
    cell.send({ type: 'ready' });
    await start;
    expect(started).toBe(true);
  });

  it('counts an actor that is done as started, and then as ended', async () => {
    const { cell } = setUp(createMachine({ type: 'final', initial: 'a', states: { a: { type: 'final' } } }));
    await cell.start();
    expect(await cell.exited).toMatchObject({ kind: 'normal' });
  });

  it('counts one that finishes while it is starting as started', async () => {
    const { cell } = setUp(polite);
    const start = cell.start();
    cell.send({ type: 'finish' });
    await start;
    expect(cell.exit).toEqual({ kind: 'normal', output: 42 });
  });

  it('rejects with what was thrown before it had started', async () => {
    const { cell } = setUp(polite);
    const start = cell.start();
    cell.send({ type: 'fail' });
    await expect(start).rejects.toThrow('boom');
  });

  it('rejects with Shutdown when the actor shut itself down first', async () => {
    const logic = fromCallback(() => {
      throw new Shutdown('not today');
    });
    await expect(setUp(logic).cell.start()).rejects.toMatchObject({ code: 'ESP_SHUTDOWN', reason: 'not today' });
  });

  it('rejects with ESP_STOPPED when it was killed first, also before it ran', async () => {
    const { cell } = setUp(polite);
    const start = cell.start();
    void cell.kill();
    await expect(start).rejects.toMatchObject({ code: 'ESP_STOPPED' });

    const log: string[] = [];
    const never = setUp(fromCallback(() => void log.push('ran'))).cell;
    expect(await never.kill()).toEqual({ kind: 'killed' });
    await expect(never.start()).rejects.toMatchObject({ code: 'ESP_STOPPED' });
    expect(log).toEqual([]);
  });
});

describe('stop', () => {
  it('asks a machine that names espalier.stop, with the reason, and waits for its end', async () => {
    const { cell } = await ready();
    const exit = cell.stop(5000, 'enough');
    expect(cell.getSnapshot()).toMatchObject({ value: 'stopping' });
    cell.send({ type: 'stopped' });
    expect(await exit).toEqual({ kind: 'shutdown', reason: 'enough' });
  });

  it('kills it when the time is over, and not before', async () => {
    const { cell, clock } = await ready();
    const exit = cell.stop(5000);
    clock.increment(4999);
    expect(cell.exit).toBeUndefined();
    clock.increment(1);
    expect(await exit).toEqual({ kind: 'killed' });
  });

  it('waits without limit when told infinity', async () => {
    const { cell, clock } = await ready();
    const exit = cell.stop('infinity');
    clock.increment(1e9);
    expect(cell.exit).toBeUndefined();
    cell.send({ type: 'stopped' });
    expect(await exit).toEqual({ kind: 'shutdown' });
  });

  it('does not ask when told kill', async () => {
    const { cell } = await ready();
    expect(await cell.stop('kill')).toEqual({ kind: 'killed' });
  });

  it('ends a logic that does not know espalier.stop at once', async () => {
    const { cell } = setUp(fromPromise(() => new Promise(() => undefined)));
    await cell.start();
    const exit = cell.stop('infinity');
    expect(cell.exit).toEqual({ kind: 'shutdown' });
    expect(await exit).toEqual({ kind: 'shutdown' });
  });

  it('takes a wildcard for no answer to espalier.stop', async () => {
    const { cell } = setUp(createMachine({ on: { '*': { actions: () => undefined } } }));
    await cell.start();
    expect(await cell.stop('infinity')).toEqual({ kind: 'shutdown' });
  });

  it('reports a crash while it stops as a crash', async () => {
    const { cell } = await ready();
    const exit = cell.stop(5000);
    cell.send({ type: 'fail' });
    expect(await exit).toMatchObject({ kind: 'crash', error: { message: 'boom' } });
  });

  it('asks once, however often it is called', async () => {
    let asked = 0;
    const counting = createMachine({ on: { 'espalier.stop': { actions: () => void asked++ } } });
    const { cell, clock } = setUp(counting);
    await cell.start();
    void cell.stop('infinity');
    void cell.stop(10);
    clock.increment(10);
    expect(asked).toBe(1);
    expect(cell.exit).toEqual({ kind: 'killed' });
  });

  it('takes the earliest deadline', async () => {
    const { cell, clock } = await ready();
    void cell.stop('infinity', 'first');
    void cell.stop(10, 'second');
    const exit = cell.stop(20, 'third');
    clock.increment(10);
    expect(await exit).toEqual({ kind: 'killed' });
  });

  it('can be called from inside the actor', async () => {
    const log: string[] = [];
    const inside = fromCallback(({ receive }) => {
      receive(() => void cell.stop(0));
      return () => void log.push('disposed');
    });
    const { cell } = setUp(inside);
    await cell.start();
    cell.send({ type: 'go' });
    expect(await cell.exited).toEqual({ kind: 'shutdown' });
    expect(log).toEqual(['disposed']);
  });

  it('leaves no timer behind', async () => {
    const clock = new SimulatedClock();
    const { cell } = await ready({ clock });
    const exit = cell.stop(5000);
    cell.send({ type: 'stopped' });
    await exit;
    expect(clock.pending).toEqual([]);
  });
});

describe('an exit', () => {
  it('carries the output of an actor that finished', async () => {
    const { cell } = setUp(fromPromise(async () => 'done'));
    await cell.start();
    expect(await cell.exited).toEqual({ kind: 'normal', output: 'done' });
  });

  it('is the first one for ever', async () => {
    const { cell } = await ready();
    cell.send({ type: 'fail' });
    const exit = await cell.exited;
    expect(await cell.stop(5000)).toBe(exit);
    expect(await cell.kill()).toBe(exit);
    expect(cell.exit).toBe(exit);
  });

  it('comes when what the actor had started has stopped', async () => {
    const log: string[] = [];
    const child = fromCallback(() => () => void log.push('child gone'));
    const { cell } = setUp(createMachine({ invoke: { src: child }, on: { go: { actions: boom } } }));
    await cell.start();
    cell.send({ type: 'go' });
    await cell.exited.then(() => log.push('exit'));
    expect(log).toEqual(['child gone', 'exit']);
  });
});

describe('events', () => {
  it('that nobody can receive are dead letters', async () => {
    const { cell, dead } = await ready();
    cell.send({ type: 'finish' });
    cell.send({ type: 'late' });
    expect(dead).toEqual([{ type: 'late' }]);
  });

  it('to a child that has ended are dead letters', async () => {
    const logic = createMachine({
      invoke: { id: 'child', src: createMachine({ initial: 'a', states: { a: { type: 'final' } } }) },
      on: { go: { actions: ({ self }) => self.getSnapshot().children.child?.send({ type: 'hello' }) } },
    });
    const { cell, dead } = setUp(logic);
    await cell.start();
    cell.send({ type: 'go' });
    expect(dead).toEqual([{ type: 'hello' }]);
  });

  it('that the logic sends to its parent reach whoever wants them', async () => {
    const logic = createMachine({ on: { go: { actions: sendParent({ type: 'up' }) } } });
    const sent: AnyEventObject[] = [];
    const { cell } = setUp(logic, { onSent: (event) => void sent.push(event) });
    await cell.start();
    cell.send({ type: 'go' });
    expect(sent).toEqual([{ type: 'up' }]);

    const alone = setUp(logic);
    await alone.cell.start();
    alone.cell.send({ type: 'go' });
    expect(alone.dead).toEqual([{ type: 'up' }]);
  });
});

describe('those who look from outside', () => {
  it('see each settled change until they unsubscribe', async () => {
    const { cell } = setUp(polite);
    const seen: unknown[] = [];
    const subscription = cell.subscribe((snapshot) => void seen.push('value' in snapshot && snapshot.value));
    void cell.start();
    cell.send({ type: 'ready' });
    subscription.unsubscribe();
    cell.send({ type: 'finish' });
    expect(seen).toEqual(['booting', 'running']);
  });

  it('see the last snapshot of an actor that finishes', async () => {
    const { cell } = await ready();
    const seen: unknown[] = [];
    cell.subscribe(({ status }) => void seen.push(status));
    cell.send({ type: 'finish' });
    expect(seen).toEqual(['done']);
  });

  it('harm nobody when they throw', async () => {
    const faults: unknown[] = [];
    const { cell } = await ready({ onFault: (error) => void faults.push(error), onSnapshot: boom });
    cell.subscribe(boom);
    cell.inspect(boom);
    expect(await uncaughtDuring(() => cell.send({ type: 'finish' }))).toEqual([]);
    expect(cell.exit).toEqual({ kind: 'normal', output: 42 });
    expect(faults.length).toBeGreaterThan(3);
  });

  it('attach inspectors that see children too, with one root', async () => {
    const logic = createMachine({ invoke: { id: 'child', src: fromCallback(() => undefined) } });
    const { cell } = setUp(logic);
    const seen: string[] = [];
    cell.inspect((event) => void seen.push(`${event.type} ${event.rootId === cell.ref.sessionId}`));
    await cell.start();
    cell.send({ type: 'hello' });
    expect(seen).toContain('@xstate.event true');
    expect(seen).toContain('@xstate.snapshot true');
    expect(seen.every((line) => line.endsWith('true'))).toBe(true);
  });
});

describe('delayed events', () => {
  it('run on the injected clock and end with the actor', async () => {
    const clock = new SimulatedClock();
    const logic = createMachine({
      initial: 'a',
      states: { a: { after: { 100: 'b' } }, b: { after: { 100: 'a', 200: 'a' } } },
    });
    const { cell } = setUp(logic, { clock });
    await cell.start();
    clock.increment(100);
    expect(cell.getSnapshot()).toMatchObject({ value: 'b' });
    expect(clock.pending).toHaveLength(2);
    await cell.stop(0);
    expect(clock.pending).toHaveLength(0);
  });

  it('can be cancelled, and are when their state is left', async () => {
    const clock = new SimulatedClock();
    const logic = createMachine({
      initial: 'a',
      states: { a: { after: { 100: 'b' }, on: { leave: 'b' } }, b: {} },
      on: { later: { actions: raise({ type: 'x' }, { id: 'x', delay: 50 }) }, never: { actions: cancel('x') } },
    });
    const { cell } = setUp(logic, { clock });
    await cell.start();
    cell.send({ type: 'later' });
    expect(clock.pending).toHaveLength(2);
    cell.send({ type: 'never' });
    expect(clock.pending).toHaveLength(1);
    cell.send({ type: 'leave' });
    expect(clock.pending).toHaveLength(0);
  });

  it('of a child that has ended are gone, of its siblings are not', async () => {
    const clock = new SimulatedClock();
    const waiting = createMachine({ entry: raise({ type: 'x' }, { delay: 100 }) });
    const logic = createMachine({
      invoke: { src: waiting, id: 'stays' },
      initial: 'a',
      states: { a: { invoke: { src: waiting, id: 'leaves' }, on: { go: 'b' } }, b: {} },
    });
    const { cell } = setUp(logic, { clock });
    await cell.start();
    expect(clock.pending).toHaveLength(2);
    cell.send({ type: 'go' });
    expect(clock.pending).toHaveLength(1);
  });
});

it('goes on from what was saved of another', async () => {
  const { cell } = await ready();
  const again = setUp(polite, { saved: cell.persist() }).cell;
  await again.start();
  expect(again.getSnapshot()).toMatchObject({ value: 'running' });
});

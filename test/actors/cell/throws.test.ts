import { describe, expect, it } from 'vitest';
import {
  type AnyActorLogic,
  assign,
  createActor,
  createMachine,
  emit,
  fromCallback,
  fromObservable,
  fromPromise,
  fromTransition,
} from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import { Shutdown } from '../../../src/errors.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { turn, uncaughtDuring } from './cell-uncaught.js';

/** Where can logic throw? Wherever it is: the cell ends as crashed, what it had started stops, nothing reaches the process. */

interface Places {
  /** A callback that is to be started first, whose disposal the test looks for. */
  readonly witness: AnyActorLogic;
  readonly boom: () => never;
}

/** What types forbid and people write all the same: an asynchronous callback. */
function later(boom: () => never): () => void {
  return () => laterBoom(boom);
}

const laterBoom = async (boom: () => never) => {
  await Promise.resolve();
  boom();
};

const places: Readonly<Record<string, (places: Places) => AnyActorLogic>> = {
  'an action': ({ witness, boom }) => createMachine({ invoke: { src: witness }, on: { go: { actions: boom } } }),
  'an asynchronous action': ({ witness, boom }) =>
    createMachine({ invoke: { src: witness }, on: { go: { actions: () => laterBoom(boom) } } }),
  'an assignment': ({ witness, boom }) =>
    createMachine({ context: {}, invoke: { src: witness }, on: { go: { actions: assign(boom) } } }),
  'a guard': ({ witness, boom }) => createMachine({ invoke: { src: witness }, on: { go: { guard: boom } } }),
  'an eventless guard': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { always: { guard: boom, target: 'a' } } },
    }),
  'an entry action': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { entry: boom } },
    }),
  'an exit action': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      states: { a: { on: { go: 'b' }, exit: boom }, b: {} },
    }),
  'a delayed transition': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { after: { 10: { actions: boom } } } },
    }),
  'the input of an invoked actor': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      states: { a: { on: { go: 'b' } }, b: { invoke: { src: fromPromise(async () => 1), input: boom } } },
    }),
  'the context of a spawned machine': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      on: { go: { actions: assign(({ spawn }) => void spawn(createMachine({ context: boom }))) } },
    }),
  'an emitted event’s handler': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      entry: ({ self }) => void self.on('*', boom),
      on: { go: { actions: emit({ type: 'news' }) } },
    }),
  'an asynchronous handler of an emitted event': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      entry: ({ self }) => void self.on('*', () => laterBoom(boom)),
      on: { go: { actions: emit({ type: 'news' }) } },
    }),
  'an observer inside': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      entry: ({ self }) => void self.subscribe((snapshot) => snapshot.matches('b') && boom()),
      states: { a: { on: { go: 'b' } }, b: {} },
    }),
  'a callback when it starts': ({ witness, boom }) => entering(witness, fromCallback(boom)),
  'an asynchronous callback': ({ witness, boom }) => entering(witness, fromCallback(later(boom))),
  'a receiver': ({ witness, boom }) =>
    forwarding(
      witness,
      fromCallback(({ receive }) => receive(boom)),
    ),
  'an asynchronous receiver': ({ witness, boom }) =>
    forwarding(
      witness,
      fromCallback(({ receive }) => receive(() => laterBoom(boom))),
    ),
  'a promise': ({ witness, boom }) =>
    entering(
      witness,
      fromPromise(() => laterBoom(boom)),
    ),
  'the maker of a promise': ({ witness, boom }) => entering(witness, fromPromise(boom)),
  'an observable': ({ witness, boom }) =>
    entering(
      witness,
      fromObservable(() => ({ subscribe: (observer: ErrorObserver) => failing(observer, boom) })),
    ),
  'a transition function': ({ witness, boom }) =>
    forwarding(
      witness,
      fromTransition((state: number, event) => (event.type === 'go' ? boom() : state), 0),
    ),
  'the final output': ({ witness, boom }) =>
    createMachine({
      invoke: { src: witness },
      initial: 'a',
      output: boom,
      states: { a: { on: { go: 'b' } }, b: { type: 'final' } },
    }),
  'an unknown action': ({ witness, boom }) =>
    createMachine({ invoke: { src: witness }, on: { go: { actions: [{ type: 'x' }, boom] } } }),
};

type ErrorObserver = ((value: unknown) => void) | { error?: (error: unknown) => void };

function failing(observer: ErrorObserver, boom: () => never) {
  void laterBoom(boom).catch((error) => typeof observer === 'object' && observer.error?.(error));
  return { unsubscribe: () => undefined };
}

function entering(witness: AnyActorLogic, child: AnyActorLogic): AnyActorLogic {
  return createMachine({
    invoke: { src: witness },
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { invoke: { src: child } } },
  });
}

function forwarding(witness: AnyActorLogic, child: AnyActorLogic): AnyActorLogic {
  return createMachine({
    invoke: [{ src: witness }, { id: 'child', src: child }],
    on: { go: { actions: ({ self }) => self.getSnapshot().children.child?.send({ type: 'go' }) } },
  });
}

for (const [place, make] of Object.entries(places)) {
  it(`alone: a throw in ${place} would end the process, or leaves running what was started`, async () => {
    const log: string[] = [];
    const clock = new SimulatedClock();
    const caught = await uncaughtDuring(async () => {
      const actor = createActor(make({ witness: witnessOf(log), boom }), { clock }).start();
      actor.send({ type: 'go' });
      clock.increment(10);
      // What is thrown later is thrown again later still.
      await turn();
      await turn();
    });
    expect(log[0]).toBe('started');
    expect(caught.length > 0 || !log.includes('disposed')).toBe(true);
  });

  it(`in a cell: a throw in ${place} ends it and what it had started`, async () => {
    const { cell, clock, log } = setUp(make, boom);
    await cell.start();
    const caught = await uncaughtDuring(async () => {
      cell.send({ type: 'go' });
      clock.increment(10);
      // XState wraps what a guard throws in an error of its own, with the message inside.
      expect(await cell.exited).toMatchObject({ kind: 'crash', error: { message: expect.stringMatching(/boom$/) } });
    });
    expect(log).toEqual(['started', 'disposed']);
    expect(caught).toEqual([]);
  });

  // XState keeps of a guard's error nothing but its message.
  if (place === 'a guard') continue;

  it(`in a cell: Shutdown thrown in ${place} ends it as shut down`, async () => {
    const { cell, clock, log } = setUp(make, () => {
      throw new Shutdown('enough');
    });
    await cell.start();
    cell.send({ type: 'go' });
    clock.increment(10);
    expect(await cell.exited).toEqual({ kind: 'shutdown', reason: 'enough' });
    expect(log).toEqual(['started', 'disposed']);
  });
}

function setUp(make: (places: Places) => AnyActorLogic, boom: () => never) {
  const log: string[] = [];
  const clock = new SimulatedClock();
  const logic = make({ witness: witnessOf(log), boom });
  const cell = new Cell({ path: '/cell', incarnation: 1, logic, clock, role: 'machine' });
  return { cell, clock, log };
}

/** A callback that logs its life. */
function witnessOf(log: string[]): AnyActorLogic {
  return fromCallback(() => {
    log.push('started');
    return () => void log.push('disposed');
  });
}

function boom(): never {
  throw new Error('boom');
}

describe('a throw in the initial context', () => {
  const logic = createMachine({ context: boom });

  it('alone: would end the process', async () => {
    expect(await uncaughtDuring(() => void createActor(logic).start())).toMatchObject([{ message: 'boom' }]);
  });

  it('in a cell: fails the start', async () => {
    const cell = new Cell({ path: '/cell', incarnation: 1, logic, clock: new SimulatedClock(), role: 'machine' });
    await expect(cell.start()).rejects.toThrow('boom');
    expect(cell.exit).toMatchObject({ kind: 'crash' });
  });
});

describe('a throw in the initial entry action', () => {
  const entering = (log: string[]) =>
    createMachine({ invoke: { src: witnessOf(log) }, initial: 'a', states: { a: { entry: boom } } });

  it('alone: leaves running what was started before it', async () => {
    const log: string[] = [];
    await uncaughtDuring(() => createActor(entering(log)).start());
    expect(log).toEqual(['started']);
  });

  it('in a cell: fails the start and stops what was started before it', async () => {
    const log: string[] = [];
    const logic = entering(log);
    const cell = new Cell({ path: '/cell', incarnation: 1, logic, clock: new SimulatedClock(), role: 'machine' });
    await expect(cell.start()).rejects.toThrow('boom');
    expect(log).toEqual(['started', 'disposed']);
  });
});

import { describe, expect, it } from 'vitest';
import { createActor, enqueueActions, setup } from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { outliving } from '../../support/collections.js';

/** 4 kB for each. */
const machine = setup({ actions: { note: () => undefined } }).createMachine({
  context: () => ({ payload: new Array(500).fill(1) }),
  initial: 'waiting',
  states: { waiting: { entry: 'note', on: { go: { target: 'done', actions: 'note' } } }, done: { type: 'final' } },
});

describe('an actor that has ended', () => {
  // First: V8 makes in the slow collections' part what it has seen to live long.
  it('in a cell: is gone with the next quick collection', async () => {
    const clock = new SimulatedClock();
    const bytes = await outliving(500, async (incarnation) => {
      const cell = new Cell({ path: '/x', incarnation, logic: machine, clock, role: 'machine' });
      await cell.start();
      cell.send({ type: 'go' });
      await cell.exited;
    });
    expect(bytes).toBeLessThan(3500);
  });

  it('alone: is kept for a slow collection, with all that its machine knew', async () => {
    const bytes = await outliving(500, () => {
      const actor = createActor(machine).start();
      actor.send({ type: 'go' });
    });
    expect(bytes).toBeGreaterThan(5000);
  });

  it('in a cell: performed its last actions all the same, those of its end among them', async () => {
    const seen: string[] = [];
    const note = (_: unknown, what: string) => void seen.push(what);
    const logic = setup({ actions: { note } }).createMachine({
      initial: 'a',
      states: {
        a: {
          entry: { type: 'note', params: 'entry' },
          exit: { type: 'note', params: 'exit' },
          on: { go: { target: 'b', actions: { type: 'note', params: 'go' } } },
        },
        b: { type: 'final', entry: enqueueActions(({ enqueue }) => enqueue({ type: 'note', params: 'end' })) },
      },
      exit: { type: 'note', params: 'left' },
    });
    const cell = new Cell({ path: '/x', incarnation: 1, logic, clock: new SimulatedClock(), role: 'machine' });
    await cell.start();
    cell.send({ type: 'go' });
    await cell.exited;
    expect(seen).toEqual(['entry', 'exit', 'go', 'end', 'left']);
  });
});

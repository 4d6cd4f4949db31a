import { describe, expect, it } from 'vitest';
import { createActor, createMachine, type InspectionEvent } from 'xstate';
import { startChild } from '../../../src/actors/tree/child.js';
import { spec } from '../../../src/actors/tree/spec.js';
import { fail, faults, startedCell } from '../cell/cell-setup.js';
import { uncaughtDuring } from '../cell/cell-uncaught.js';
import { TestTree } from './supervisor-tree.js';

/** The hazards of XState's inspection, twice each. */

const logic = createMachine({ on: { crash: { actions: fail } } });

describe('an inspector that throws', () => {
  it('alone: harms whoever it looks at', async () => {
    let armed = false;
    const actor = createActor(logic, { inspect: () => void (armed && fail()) }).start();
    armed = true;
    expect(() => actor.send({ type: 'x' })).toThrow('boom');
  });

  it('in a cell: is a fault', async () => {
    const cell = await startedCell(logic);
    cell.inspect(fail);
    expect(cell.send({ type: 'x' })).toBe(true);
    expect(cell.getSnapshot().status).toBe('active');
    expect(faults).toMatchObject([{ message: 'boom' }, ...faults.slice(1)]);
  });
});

describe('a look at an actor while it is being made', () => {
  const lookAt = (actor: { getSnapshot(): unknown } | undefined): unknown => {
    try {
      return actor?.getSnapshot();
    } catch {
      return undefined;
    }
  };

  it('alone: an inspector hears of it before it has a snapshot', () => {
    const snapshots: unknown[] = [];
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.actor') snapshots.push(lookAt(Object(event.actorRef)));
    };
    createActor(logic, { inspect }).start();
    expect(snapshots).toEqual([undefined]);
  });

  it('in our tree: whoever observes hears of it once it has one', async () => {
    const tree = new TestTree();
    const snapshots: unknown[] = [];
    const observe = ({ path }: { path: string }) => void snapshots.push(lookAt(tree.directory.whereis(path)));
    await startChild({ ...tree.env, observe }, '/', spec({ id: 'a', start: () => logic }), 1, () => undefined);
    expect(snapshots).toMatchObject([{ status: 'active' }]);
  });
});

describe('a crash and a stop', () => {
  it('alone: are not seen by an inspector', async () => {
    const seen: InspectionEvent[] = [];
    const actor = createActor(logic, { inspect: (event) => void seen.push(event) }).start();
    actor.subscribe({ error: () => undefined });
    seen.length = 0;
    await uncaughtDuring(() => actor.send({ type: 'crash' }));
    expect(seen.filter(({ type }) => type === '@xstate.snapshot')).toEqual([]);
    const other = createActor(logic, { inspect: (event) => void seen.push(event) }).start();
    seen.length = 0;
    other.stop();
    expect(seen.filter(({ type }) => type === '@xstate.event')).toEqual([]);
  });

  it('in our tree: each is an observation with the exit', async () => {
    const tree = new TestTree();
    const crashing = await tree.start(spec({ id: 'a', start: () => logic }));
    crashing.send({ type: 'crash' });
    const stopping = await tree.start(spec({ id: 'b', start: () => logic }));
    await stopping.stop(5000);
    const exits = tree.observed.filter(({ state }) => state === 'exited');
    expect(exits).toMatchObject([{ detail: { kind: 'crash' } }, { detail: { kind: 'shutdown' } }]);
  });
});

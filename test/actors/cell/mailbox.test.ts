import { describe, expect, it } from 'vitest';
import { type AnyEventObject, assign, createActor, createMachine, SimulatedClock } from 'xstate';
import { Cell, type CellOptions } from '../../../src/actors/cell/cell.js';
import { machine } from '../../../src/actors/tree/spec.js';
import { uncaughtDuring } from './cell-uncaught.js';

/** Does what `work` does in the midst of an event, and remembers the events that came. */
function busyWith(work: (send: (n: number) => void, cell: Cell) => void, options: Partial<CellOptions> = {}) {
  const seen: unknown[] = [];
  const dead: [AnyEventObject, string][] = [];
  const clock = new SimulatedClock();
  const logic = createMachine({
    on: {
      go: { actions: () => work((n) => void cell.send({ type: 'n', n }), cell) },
      n: { actions: ({ event }) => void seen.push(event.n) },
    },
  });
  const onDeadLetter: CellOptions['onDeadLetter'] = (event, reason) => void dead.push([event, reason]);
  const cell: Cell = new Cell({
    path: '/cell',
    incarnation: 1,
    logic,
    clock,
    role: 'machine',
    onDeadLetter,
    ...options,
  });
  return { cell, clock, seen, dead };
}

const letter = (n: number, reason = 'mailbox_full') => [{ type: 'n', n }, reason];

describe('a mailbox', () => {
  it('hands over in the order of sending what came while the actor was at work', async () => {
    const { cell, seen } = busyWith((send) => [1, 2, 3].forEach(send));
    await cell.start();
    cell.send({ type: 'go' });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('tells how many wait and how long the oldest has waited', async () => {
    const states: unknown[] = [];
    const { cell, clock } = busyWith((send, own) => {
      states.push(own.mailbox);
      send(1);
      clock.increment(30);
      send(2);
      clock.increment(12);
      states.push(own.mailbox);
    });
    await cell.start();
    cell.send({ type: 'go' });
    states.push(cell.mailbox);
    expect(states).toEqual([
      { depth: 0, ageMs: 0 },
      { depth: 2, ageMs: 42 },
      { depth: 0, ageMs: 0 },
    ]);
  });

  it('keeps what comes before the start', async () => {
    const { cell, seen } = busyWith(() => undefined);
    expect(cell.send({ type: 'n', n: 1 })).toBe(true);
    expect(cell.mailbox.depth).toBe(1);
    await cell.start();
    expect(seen).toEqual([1]);
  });

  it('stays in order over thousands of letters', async () => {
    const { cell, seen } = busyWith((send) => {
      for (let n = 0; n < 5000; n += 1) send(n);
    });
    await cell.start();
    cell.send({ type: 'go' });
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  });
});

describe('a bound', () => {
  it('reject: the new event is a dead letter, and whoever sent it is told', async () => {
    const answers: boolean[] = [];
    const { cell, seen, dead } = busyWith(
      (_, own) => {
        for (const n of [1, 2, 3]) answers.push(own.send({ type: 'n', n }));
      },
      { mailbox: { limit: 2, policy: 'reject' } },
    );
    await cell.start();
    cell.send({ type: 'go' });
    expect(answers).toEqual([true, true, false]);
    expect(seen).toEqual([1, 2]);
    expect(dead).toEqual([letter(3)]);
  });

  it('drop-oldest: the oldest event is', async () => {
    const { cell, seen, dead } = busyWith((send) => [1, 2, 3].forEach(send), {
      mailbox: { limit: 2, policy: 'drop-oldest' },
    });
    await cell.start();
    cell.send({ type: 'go' });
    expect(seen).toEqual([2, 3]);
    expect(dead).toEqual([letter(1)]);
  });

  it('loses neither the ends of children nor the wish that it stop', async () => {
    const { cell, dead } = busyWith(
      (send, own) => {
        send(1);
        own.send({ type: 'xstate.done.actor.x' });
        own.send({ type: 'espalier.stop' });
        send(2);
      },
      { mailbox: { limit: 1, policy: 'drop-oldest' } },
    );
    await cell.start();
    cell.send({ type: 'go' });
    expect(dead).toEqual([letter(1)]);
  });

  it('is checked when it is written down', () => {
    const logic = createMachine({});
    expect(() => machine({ id: 'm', logic, mailbox: { limit: 0, policy: 'reject' } })).toThrow('mailbox.limit');
    expect(machine({ id: 'm', logic, mailbox: { limit: 1, policy: 'reject' } }).mailbox).toEqual({
      limit: 1,
      policy: 'reject',
    });
  });
});

describe('what waits when the actor ends', () => {
  it('alone: is lost, and nobody hears of it', async () => {
    const logic = createMachine({
      context: { count: 0 },
      on: {
        go: { actions: ({ self }) => [self.send({ type: 'add' }), self.stop()] },
        add: { actions: assign({ count: ({ context }) => context.count + 1 }) },
      },
    });
    const actor = createActor(logic).start();
    expect(await uncaughtDuring(() => actor.send({ type: 'go' }))).toEqual([]);
    expect(actor.getSnapshot().context.count).toBe(0);
  });

  it('in a cell: is dead letters', async () => {
    const { cell, seen, dead } = busyWith((send, own) => {
      send(1);
      void own.kill();
      send(2);
    });
    await cell.start();
    cell.send({ type: 'go' });
    expect(await cell.exited).toEqual({ kind: 'killed' });
    expect(seen).toEqual([]);
    expect(dead.map(([event]) => event)).toEqual([
      { type: 'n', n: 1 },
      { type: 'n', n: 2 },
    ]);
  });
});

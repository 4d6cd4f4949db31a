import { expect, test, vi } from 'vitest';
import type { Dispatch, Ticket } from '../../../src/work/backends/contract.js';
import { type Bench, type Case, Ear, how, listen, settled, submit } from './bench.js';
import type { Ambiguity } from './memory-backend.js';

async function ambiguous(bench: Bench, ambiguity: Ambiguity): Promise<Dispatch> {
  bench.becomeAmbiguous?.(ambiguity);
  const dispatch = bench.dispatch('unsure', 'held', 1);
  expect(await bench.backend.submit(dispatch)).toMatchObject({ type: 'unknown' });
  return dispatch;
}

/** A ticket, without what it gives access to. */
function receipt({ attempt, incarnation }: Ticket) {
  return { attempt, incarnation };
}

export const CASES: readonly Case[] = [
  {
    title: 'an attempt that ends well is reported once, with its ticket',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch, ticket } = await submit(bench, 'a', 'quick');
      const report = await ear.heard(dispatch);
      expect(receipt(report.ticket)).toEqual(receipt(ticket));
      expect(how(report.outcome)).toBe('succeeded');
      await settled(bench, ear);
      expect(ear.of(dispatch)).toHaveLength(1);
    },
  },
  {
    title: 'an attempt that fails says why',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'broken');
      const { outcome } = await ear.heard(dispatch);
      expect(outcome).toMatchObject({
        how: 'failed',
        error: { code: expect.any(String), message: expect.any(String) },
      });
    },
  },
  {
    title: 'an attempt that is submitted twice is executed once, and has one ticket and one outcome',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch, ticket } = await submit(bench, 'a', 'held');
      const again = await bench.backend.submit(dispatch);
      expect(again).toMatchObject({ type: 'accepted', ticket: receipt(ticket) });
      await bench.began(dispatch);
      bench.letGo(dispatch);
      await ear.heard(dispatch);
      // It has ended, and is not acknowledged: still the same attempt.
      expect(await bench.backend.submit(dispatch)).toMatchObject({ type: 'accepted', ticket: receipt(ticket) });
      await settled(bench, ear);
      expect(bench.executions(dispatch)).toBe(1);
      expect(ear.of(dispatch)).toHaveLength(1);
    },
  },
  {
    title: 'an outcome is delivered again until it is acknowledged, and then no more',
    async run(bench) {
      const first = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'quick');
      const { cursor } = await first.heard(dispatch);
      expect(listen(bench).of(dispatch)).toMatchObject([{ cursor }]);
      expect(listen(bench).of(dispatch)).toMatchObject([{ cursor }]);
      bench.backend.acknowledge(cursor);
      bench.backend.acknowledge(cursor);
      bench.backend.acknowledge(cursor + 1000);
      expect(listen(bench).of(dispatch)).toEqual([]);
    },
  },
  {
    title: 'a client that dies before it acknowledges hears of what ended while it was dead',
    async run(bench) {
      const dead = new Ear();
      const line = bench.backend.listen(dead);
      const { dispatch } = await submit(bench, 'a', 'held');
      await bench.began(dispatch);
      line[Symbol.dispose]();
      bench.letGo(dispatch);
      const next = await vi.waitFor(
        () => {
          const ear = listen(bench);
          expect(ear.of(dispatch)).toHaveLength(1);
          return ear;
        },
        { timeout: 10_000, interval: 20 },
      );
      expect(dead.of(dispatch)).toEqual([]);
      expect(next.of(dispatch).map(({ outcome }) => how(outcome))).toEqual(['succeeded']);
    },
  },
  {
    title: 'only the newest receiver is told',
    async run(bench) {
      const before = listen(bench);
      const now = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'quick');
      await now.heard(dispatch);
      expect(before.of(dispatch)).toEqual([]);
    },
  },
  {
    title: 'cursors rise, and whoever names one hears what is behind it',
    async run(bench) {
      const ear = listen(bench);
      const one = await submit(bench, 'a', 'quick');
      const { cursor } = await ear.heard(one.dispatch);
      const two = await submit(bench, 'b', 'quick');
      expect((await ear.heard(two.dispatch)).cursor).toBeGreaterThan(cursor);
      const later = listen(bench, cursor);
      expect([later.of(one.dispatch), later.of(two.dispatch).length]).toEqual([[], 1]);
    },
  },
  {
    title: 'an outcome that was not acknowledged is delivered after a stop, as it ended before it',
    async run(bench) {
      const first = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'quick');
      await first.heard(dispatch);
      bench.backend.stop();
      expect(
        listen(bench)
          .of(dispatch)
          .map(({ outcome }) => how(outcome)),
      ).toEqual(['succeeded']);
    },
  },
  {
    title: 'a stop ends what runs, and each says so once',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'held');
      await bench.began(dispatch);
      bench.backend.stop();
      bench.backend.stop();
      expect(how((await ear.heard(dispatch)).outcome)).toBe('interrupted');
      await settled(bench, ear);
      expect(ear.of(dispatch)).toHaveLength(1);
    },
  },
  {
    title: 'a stop of one attempt leaves the others',
    async run(bench) {
      const ear = listen(bench);
      const [one, two] = [await submit(bench, 'a', 'held'), await submit(bench, 'b', 'held')];
      await Promise.all([bench.began(one.dispatch), bench.began(two.dispatch)]);
      bench.backend.stop([one.dispatch]);
      await ear.heard(one.dispatch);
      expect(ear.of(two.dispatch)).toEqual([]);
      bench.letGo(two.dispatch);
      expect(how((await ear.heard(two.dispatch)).outcome)).toBe('succeeded');
    },
  },
  {
    title: 'an outcome of an earlier epoch says that epoch, and no attempt of it is taken any more',
    async run(bench) {
      const ear = listen(bench);
      const old = await submit(bench, 'a', 'held', 1);
      await bench.began(old.dispatch);
      const next = await submit(bench, 'a', 'held', 3);
      expect(await bench.backend.submit(bench.dispatch('a', 'held', 2))).toEqual({ type: 'refused', why: 'fenced' });
      bench.letGo(old.dispatch);
      expect((await ear.heard(old.dispatch)).ticket.attempt.epoch).toBe(1);
      expect(ear.of(next.dispatch)).toEqual([]);
      bench.letGo(next.dispatch);
      expect((await ear.heard(next.dispatch)).ticket.attempt.epoch).toBe(3);
    },
  },
  {
    title: 'a place that closes says so and takes nothing, lets go on what runs, and says when it takes work again',
    async run(bench) {
      const ear = listen(bench);
      const room = ear.capacity;
      expect(room).toBeGreaterThan(0);
      expect(bench.backend.describe().capacity).toBe(room);
      const { dispatch } = await submit(bench, 'a', 'held');
      await bench.began(dispatch);
      const closing = bench.close();
      await vi.waitFor(() => expect(ear.capacity).toBe(0));
      expect(bench.backend.describe().capacity).toBe(0);
      const refused = bench.dispatch('b', 'quick', 1);
      expect(await bench.backend.submit(refused)).toEqual({ type: 'refused', why: 'closed' });
      bench.letGo(dispatch);
      expect(how((await ear.heard(dispatch)).outcome)).toBe('succeeded');
      await closing;
      bench.reopen();
      await vi.waitFor(() => expect(ear.capacity).toBe(room));
      expect(bench.executions(refused)).toBe(0);
      // What was refused as closed is as new.
      expect((await bench.backend.submit(refused)).type).toBe('accepted');
    },
  },
  {
    title: 'a pause with work in flight takes nothing more, lets it end, and lasts until it is ended',
    async run(bench) {
      const ear = listen(bench);
      const room = ear.capacity;
      const { dispatch } = await submit(bench, 'a', 'held');
      await bench.began(dispatch);
      bench.backend.pause();
      expect(ear.capacity).toBe(0);
      expect(listen(bench).capacity).toBe(0);
      expect(await bench.backend.submit(bench.dispatch('b', 'quick', 1))).toEqual({ type: 'refused', why: 'closed' });
      const after = listen(bench);
      bench.letGo(dispatch);
      expect(how((await after.heard(dispatch)).outcome)).toBe('succeeded');
      bench.backend.resume();
      expect(after.capacity).toBe(room);
      await settled(bench, after);
    },
  },
  {
    title: 'an attempt that was accepted is accepted when it is asked for, whether it has ended or not',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch, ticket } = await submit(bench, 'a', 'held');
      expect(await bench.backend.ask(dispatch)).toMatchObject({ type: 'accepted', ticket: receipt(ticket) });
      await bench.began(dispatch);
      bench.letGo(dispatch);
      await ear.heard(dispatch);
      expect(await bench.backend.ask(dispatch)).toMatchObject({ type: 'accepted', ticket: receipt(ticket) });
    },
  },
  {
    title: 'an attempt that is said to be absent is never executed, should it arrive afterwards',
    async run(bench) {
      listen(bench);
      const dispatch = bench.dispatch('a', 'quick', 1);
      expect(await bench.backend.ask(dispatch)).toEqual({ type: 'absent' });
      expect(await bench.backend.submit(dispatch)).toEqual({ type: 'refused', why: 'fenced' });
      expect(bench.executions(dispatch)).toBe(0);
    },
  },
  {
    title: 'an input that fits nothing is refused for good, and nothing of it is reported',
    async run(bench) {
      const ear = listen(bench);
      const dispatch = { ...bench.dispatch('a', 'quick', 1), input: bench.unfit };
      const answer = await bench.backend.submit(dispatch);
      expect(answer).toMatchObject({ type: 'refused', why: 'unfit', error: { code: 'ESP_INVALID' } });
      await settled(bench, ear);
      expect(ear.of(dispatch)).toEqual([]);
    },
  },
  {
    title: 'a place that dies in its work says which attempts are lost, once each, until it is acknowledged',
    async run(bench) {
      const ear = listen(bench);
      const { dispatch } = await submit(bench, 'a', 'held');
      await bench.began(dispatch);
      bench.crash?.();
      const report = await ear.heard(dispatch);
      expect(report.outcome).toMatchObject({ type: 'attempt.lost', error: { code: 'ESP_WORKER_EXITED' } });
      expect(listen(bench).of(dispatch)).toHaveLength(1);
      bench.backend.acknowledge(report.cursor);
      expect(listen(bench).of(dispatch)).toEqual([]);
    },
  },
];

/** What only a place can be asked that takes more than it has room for. */
export const WAITING_CASES: readonly Case[] = [
  {
    title: 'an attempt that is stopped while it waits for room is withdrawn, and was never executed',
    async run(bench) {
      const ear = listen(bench);
      const { capacity } = bench.backend.describe();
      const filling = Array.from({ length: capacity }, (_, at) => submit(bench, `a${at}`, 'held'));
      const before = (await Promise.all(filling)).map(({ dispatch }) => dispatch);
      await Promise.all(before.map((one) => bench.began(one)));
      const { dispatch } = await submit(bench, 'late', 'held');
      bench.backend.stop([dispatch]);
      expect((await ear.heard(dispatch)).outcome).toEqual({ type: 'attempt.withdrawn' });
      for (const one of before) bench.letGo(one);
      for (const one of before) expect(how((await ear.heard(one)).outcome)).toBe('succeeded');
      await settled(bench, ear);
      expect(bench.executions(dispatch)).toBe(0);
      expect(ear.of(dispatch)).toHaveLength(1);
    },
  },
];

/** What only a place can be asked whose answers can be lost: none that is within this process. */
export const AMBIGUOUS_CASES: readonly Case[] = [
  {
    title: 'an answer that was lost is no second execution: whoever asks finds the attempt that was delivered',
    async run(bench) {
      const ear = listen(bench);
      const dispatch = await ambiguous(bench, 'delivered');
      const answer = await bench.backend.ask(dispatch);
      expect(answer.type).toBe('accepted');
      bench.letGo(dispatch);
      await ear.heard(dispatch);
      expect(bench.executions(dispatch)).toBe(1);
    },
  },
  {
    title: 'a submit that arrives after its attempt was said to be absent is not executed',
    async run(bench) {
      const ear = listen(bench);
      const dispatch = await ambiguous(bench, 'delayed');
      expect(await bench.backend.ask(dispatch)).toEqual({ type: 'absent' });
      bench.deliver?.();
      await settled(bench, ear);
      expect([bench.executions(dispatch), ear.of(dispatch)]).toEqual([0, []]);
    },
  },
  {
    title: 'what was never delivered is absent, and runs under a later epoch',
    async run(bench) {
      const ear = listen(bench);
      const dispatch = await ambiguous(bench, 'undelivered');
      expect(await bench.backend.ask(dispatch)).toEqual({ type: 'absent' });
      const next = await submit(bench, 'unsure', 'quick', 2);
      expect(how((await ear.heard(next.dispatch)).outcome)).toBe('succeeded');
    },
  },
];

/** What only a place that dies as a whole can be asked. */
export const PLACE_CASES: readonly Case[] = [
  {
    title: 'a ticket names the incarnation that took the attempt',
    async run(bench) {
      listen(bench);
      const before = await submit(bench, 'a', 'held');
      expect(before.ticket.incarnation).toBe(bench.backend.describe().incarnation);
      bench.crash?.();
      const after = await submit(bench, 'b', 'held');
      expect(after.ticket.incarnation).not.toBe(before.ticket.incarnation);
      expect(after.ticket.incarnation).toBe(bench.backend.describe().incarnation);
    },
  },
];

/** Tries every promise of the contract on fresh places, and `more` where a place can be brought there. */
export function conforms(name: string, make: () => Promise<Bench>, more: readonly Case[] = []): void {
  for (const one of [...CASES, ...more]) {
    test(`${name}: ${one.title}`, async () => {
      await using bench = await make();
      await one.run(bench);
    });
  }
}

import type { ActorHandle, System } from 'espalier';
import { describe, expectTypeOf, it } from 'vitest';
import { assign, type Snapshot, setup, toPromise, waitFor } from 'xstate';

// What stands here is checked by the compiler, in `npm run check`; nothing of it runs.
const typed = (_check: (system: System) => unknown) => undefined;

const orders = setup({
  types: {
    context: {} as { paid: number },
    events: {} as { type: 'pay'; amount: number } | { type: 'cancel' },
    output: {} as { total: number },
    emitted: {} as { type: 'receipt'; amount: number },
  },
}).createMachine({
  context: { paid: 0 },
  initial: 'open',
  states: {
    open: { on: { pay: { target: 'closed', actions: assign({ paid: ({ event }) => event.amount }) } } },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ total: context.paid }),
});

describe('an actor of which the machine is known', () => {
  it('takes its events and shows its context', () =>
    typed((system) => {
      const handle = system.actor<typeof orders>('/orders');
      expectTypeOf(handle).toEqualTypeOf<ActorHandle<typeof orders>>();
      expectTypeOf(handle.send({ type: 'pay', amount: 3 })).toEqualTypeOf<boolean>();
      expectTypeOf(handle.getSnapshot().context).toEqualTypeOf<{ paid: number }>();
      expectTypeOf(handle.getSnapshot().value).toEqualTypeOf<'open' | 'closed'>();
      // @ts-expect-error no such event
      handle.send({ type: 'refund' });
      // @ts-expect-error the amount is missing
      handle.send({ type: 'pay' });
    }));

  it('tells an observer of its snapshots', () =>
    typed((system) => {
      const handle = system.actor<typeof orders>('/orders');
      handle.subscribe({
        next: (snapshot) => expectTypeOf(snapshot.context).toEqualTypeOf<{ paid: number }>(),
        error: () => undefined,
        complete: () => undefined,
      });
      handle.subscribe((snapshot) => expectTypeOf(snapshot.context.paid).toEqualTypeOf<number>());
      handle.on('receipt', (event) => expectTypeOf(event.amount).toEqualTypeOf<number>());
      expectTypeOf(handle.select(({ context }) => context.paid).get()).toEqualTypeOf<number>();
    }));

  it("is what XState's waitFor and toPromise take", () =>
    typed((system) => {
      const handle = system.actor<typeof orders>('/orders');
      expectTypeOf(waitFor(handle, (snapshot) => snapshot.matches('closed'))).resolves.toHaveProperty('context');
      expectTypeOf(toPromise(handle)).toEqualTypeOf<Promise<{ total: number }>>();
    }));
});

describe('an actor of which nothing is known', () => {
  it('takes any event, and shows a snapshot that must be looked at', () =>
    typed((system) => {
      expectTypeOf(system.actor('/m').send({ type: 'any', a: 1 })).toEqualTypeOf<boolean>();
      expectTypeOf(system.actor('/m').getSnapshot()).toEqualTypeOf<Snapshot<unknown>>();
      // @ts-expect-error no type
      system.actor('/m').send({});
    }));
});

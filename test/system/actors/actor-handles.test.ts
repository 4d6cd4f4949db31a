import { machine, type System } from 'espalier';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assign, emit, setup, toPromise, waitFor } from 'xstate';
import { create } from '../support/support.js';

const orders = setup({
  types: {
    context: {} as { paid: number },
    events: {} as { type: 'pay'; amount: number } | { type: 'close' } | { type: 'break' },
    output: {} as { total: number },
    emitted: {} as { type: 'receipt'; amount: number },
  },
  actions: {
    boom: () => {
      throw new Error('broken');
    },
  },
}).createMachine({
  context: { paid: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        pay: {
          actions: [
            assign({ paid: ({ event }) => event.amount }),
            emit(({ event }) => ({ ...event, type: 'receipt' })),
          ],
        },
        close: { target: 'closed' },
        break: { actions: 'boom' },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ total: context.paid }),
});

let system: System;
beforeAll(async () => {
  system = await create({ intensity: 100 });
});
afterAll(() => system.stop());

let started = 0;
async function fresh(restart: 'permanent' | 'temporary' = 'temporary') {
  started += 1;
  const id = `orders-${started}`;
  await system.supervisor().startChild(machine({ id, logic: orders, restart }));
  return system.actor<typeof orders>(id);
}

it("XState's waitFor resolves with the state that it waits for, and rejects when the actor ends before", async () => {
  const handle = await fresh();
  const paid = waitFor(handle, ({ context }) => context.paid === 3);
  handle.send({ type: 'pay', amount: 3 });
  expect((await paid).context).toEqual({ paid: 3 });
  const never = waitFor(handle, ({ context }) => context.paid === 4);
  await handle.stop();
  await expect(never).rejects.toThrow('terminated without satisfying');
});

it.each(['temporary', 'permanent'] as const)(
  "XState's toPromise resolves with the output of a %s machine, though nobody lives there then",
  async (restart) => {
    const handle = await fresh(restart);
    const done = toPromise(handle);
    handle.send({ type: 'pay', amount: 7 });
    handle.send({ type: 'close' });
    expect(await done).toEqual({ total: 7 });
  },
);

it("XState's toPromise rejects with what the machine threw, and where nobody lives", async () => {
  const handle = await fresh();
  const done = toPromise(handle);
  handle.send({ type: 'break' });
  await expect(done).rejects.toThrow('broken');
  await expect(toPromise(system.actor('/nobody'))).rejects.toMatchObject({ code: 'ESP_NOT_FOUND' });
});

it('an observer hears each state and one end, and nothing of a later incarnation', async () => {
  const handle = await fresh('permanent');
  const heard: unknown[] = [];
  handle.subscribe({
    next: ({ context }) => heard.push(context.paid),
    error: (error) => heard.push(error instanceof Error ? error.message : error),
    complete: () => heard.push('complete'),
  });
  handle.send({ type: 'pay', amount: 1 });
  const down = new Promise((resolve) => system.monitor(handle.path, resolve));
  handle.send({ type: 'break' });
  await down;
  await expect.poll(() => system.whereis(handle.path)?.incarnation).toBe(2);
  handle.send({ type: 'pay', amount: 2 });
  expect(heard).toEqual([1, 'broken']);
  expect(handle.getSnapshot().context).toEqual({ paid: 2 });
});

it('a listener that throws harms neither the actor nor the other listeners', async () => {
  const handle = await fresh();
  const heard: number[] = [];
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  handle.subscribe(() => {
    throw new Error('a bad listener');
  });
  handle.subscribe({ next: ({ context }) => heard.push(context.paid) });
  handle.send({ type: 'pay', amount: 5 });
  expect(heard).toEqual([5]);
  expect((await warned).message).toBe('a bad listener');
  expect(system.whereis(handle.path)?.incarnation).toBe(1);
});

it('emitted events are heard, a selection changes with its part, and a subscription ends when it is left', async () => {
  const handle = await fresh();
  const heard: unknown[] = [];
  const receipts = handle.on('receipt', (event) => heard.push(event));
  const paid = handle.select(({ context }) => context.paid);
  const selected: number[] = [];
  const selection = paid.subscribe((value) => selected.push(value));
  for (const amount of [1, 1, 2]) handle.send({ type: 'pay', amount });
  receipts.unsubscribe();
  selection.unsubscribe();
  handle.send({ type: 'pay', amount: 9 });
  expect(heard).toEqual([1, 1, 2].map((amount) => ({ type: 'receipt', amount })));
  expect(selected).toEqual([1, 2]);
  expect(paid.get()).toBe(9);
});

it('it can be observed by whoever looks for an observable, and has an id and a persisted state', async () => {
  const handle = await fresh();
  const interop: unknown = Reflect.get(handle, Symbol.observable ?? '@@observable');
  expect(typeof interop === 'function' && Reflect.apply(interop, handle, [])).toBe(handle);
  expect([handle.id, typeof handle.sessionId, typeof handle.src]).toEqual([handle.path, 'string', 'object']);
  expect(handle.getPersistedSnapshot()).toMatchObject({ value: 'open', context: { paid: 0 } });
});

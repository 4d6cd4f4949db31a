// Two machines with states and timers: a shop's checkout with states side by side, and a lighthouse.
import { machine } from 'espalier';
import { assign, createMachine } from 'xstate';

const checkoutMachine = createMachine({
  id: 'checkout',
  context: { orders: 0, card: { number: '4111 1111 1111 1111', password: 'never shown' } },
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      states: {
        basket: {
          initial: 'empty',
          states: {
            empty: { after: { 1500: 'filling' } },
            filling: { after: { 2500: 'full' }, on: { EMPTY: 'empty' } },
            full: { on: { PAID: 'empty', EMPTY: 'empty' } },
          },
        },
        payment: {
          initial: 'waiting',
          states: {
            waiting: { after: { 4500: 'authorising' } },
            authorising: {
              initial: 'asking',
              states: {
                asking: { after: { 700: 'confirming' } },
                confirming: { after: { 900: 'granted' } },
                granted: {},
              },
              after: { 3000: { target: 'waiting', actions: ['count', 'empty'] } },
            },
          },
        },
      },
      on: { CLOSE: 'closed' },
    },
    closed: { on: { OPEN: 'open' } },
  },
}).provide({
  actions: {
    count: assign({ orders: ({ context }) => context.orders + 1 }),
    empty: ({ self }) => self.send({ type: 'PAID' }),
  },
});

const lighthouseMachine = createMachine({
  id: 'lighthouse',
  context: { flashes: 0 },
  initial: 'dark',
  states: {
    dark: { after: { 2000: 'lit' } },
    lit: { entry: assign({ flashes: ({ context }) => context.flashes + 1 }), after: { 700: 'dark' } },
  },
});

/** @param {string} id */
export const checkout = (id) => machine({ id, logic: checkoutMachine });
/** @param {string} id */
export const lighthouse = (id) => machine({ id, logic: lighthouseMachine });

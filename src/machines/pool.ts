import { assign, fromCallback, raise, setup } from 'xstate';
import type { SuperviseEvent } from './supervise/events.js';
import { type SupervisionContext, type SupervisionInput, supervise, superviseFrom, superviseOn } from './supervisor.js';

export interface PoolInput extends SupervisionInput {
  readonly size: number;
}

export type PoolEvent =
  | SuperviseEvent
  /** The slot can take work. */
  | { readonly type: 'slot.offered'; readonly id: string }
  /** The slot's worker is being replaced. */
  | { readonly type: 'slot.withdrawn'; readonly id: string }
  /** The slot will not take work again. */
  | { readonly type: 'slot.closed'; readonly id: string; readonly error: unknown };

/** What a pool tells the world about itself. */
export type PoolReport = 'ready' | 'degraded';

export interface PoolContext extends SupervisionContext {
  readonly size: number;
  readonly usable: ReadonlySet<string>;
  readonly closed: ReadonlySet<string>;
  /** Whether any slot has ever been usable. */
  readonly served: boolean;
  /** Why the slot that closed last did. */
  readonly error: unknown;
}

const pool = setup({
  types: {
    input: {} as PoolInput,
    context: {} as PoolContext,
    events: {} as PoolEvent,
    tags: {} as 'espalier.starting',
  },
  actors: {
    /** Ends what is left of the children when the machine ends, whatever way it does. */
    keeper: fromCallback(() => undefined),
    /** Makes the pool known while it lives; provided by the actor. */
    listing: fromCallback(() => undefined),
  },
  actions: {
    supervise: assign(({ context, event }) => (isSupervision(event) ? supervise(context, event) : {})),
    /** Carries out `context.commands`; provided by the actor. */
    perform: () => undefined,
    /** Provided by the actor. */
    report: (_, _report: PoolReport) => undefined,
    count: assign(({ context, event }) => count(context, event)),
    /** No slot ever worked, so none will: the pool crashes with the reason, and its supervisor decides. */
    giveUp: raise(({ context }) => ({ type: 'supervisor.fail' as const, error: context.error })),
  },
  guards: {
    isServing: ({ context: { usable, closed, size } }) => usable.size > 0 && usable.size + closed.size >= size,
    isUsable: ({ context }) => context.usable.size > 0,
    isEmpty: ({ context }) => context.usable.size === 0,
    isExhausted: ({ context: { usable, closed, size } }) => usable.size === 0 && closed.size >= size,
    isHopeless: ({ context }) => !context.served && context.closed.size >= context.size,
    isRunning: ({ context }) => context.supervision.phase === 'running',
    isStopping: ({ context }) => context.supervision.phase === 'stopping',
    hasEnded: ({ context }) => context.supervision.phase === 'ended',
  },
});

function isSupervision(event: PoolEvent): event is SuperviseEvent {
  return !event.type.startsWith('slot.');
}

function count(context: PoolContext, event: PoolEvent): Partial<PoolContext> {
  switch (event.type) {
    case 'slot.offered':
      return { usable: add(context.usable, event.id), closed: without(context.closed, event.id), served: true };
    case 'slot.withdrawn':
      return { usable: without(context.usable, event.id) };
    case 'slot.closed':
      return {
        usable: without(context.usable, event.id),
        closed: add(context.closed, event.id),
        error: event.error,
      };
    default:
      return {};
  }
}

function add(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? ids : new Set(ids).add(id);
}

function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : ids;
}

const ending = [
  { guard: 'hasEnded', target: 'stopped' },
  { guard: 'isStopping', target: 'stopping' },
] as const;

/**
 * A pool is a supervisor (`rest_for_one`) of its workers and its queue that also knows whether it can serve.
 *
 * starting → waiting (workers boot) → ready ⇄ degraded (no usable slot). A pool whose slots all closed before any of them
 * had served crashes with the reason.
 */
export const poolMachine = pool.createMachine({
  id: 'pool',
  context: ({ input }) => ({
    ...superviseFrom(input),
    size: input.size,
    usable: new Set<string>(),
    closed: new Set<string>(),
    served: false,
    error: undefined,
  }),
  entry: raise({ type: 'supervisor.boot' }),
  invoke: [{ src: 'keeper' }, { src: 'listing' }],
  on: {
    ...superviseOn,
    'slot.offered': { actions: 'count' },
    'slot.withdrawn': { actions: 'count' },
    'slot.closed': { actions: 'count' },
  },
  initial: 'starting',
  states: {
    starting: {
      tags: 'espalier.starting',
      always: [
        { guard: 'hasEnded', target: 'stopped' },
        { guard: 'isStopping', target: 'aborting' },
        { guard: 'isRunning', target: 'waiting' },
      ],
    },
    // A child did not start: what ends before it has started has failed to start.
    aborting: { tags: 'espalier.starting', always: { guard: 'hasEnded', target: 'stopped' } },
    waiting: {
      always: [
        ...ending,
        { guard: 'isServing', target: 'ready' },
        { guard: 'isHopeless', target: 'hopeless' },
        { guard: 'isExhausted', target: 'degraded' },
      ],
    },
    ready: {
      entry: { type: 'report', params: 'ready' },
      always: [...ending, { guard: 'isEmpty', target: 'degraded' }],
    },
    degraded: {
      entry: { type: 'report', params: 'degraded' },
      always: [...ending, { guard: 'isUsable', target: 'ready' }],
    },
    hopeless: { entry: 'giveUp', always: [...ending] },
    stopping: { always: { guard: 'hasEnded', target: 'stopped' } },
    stopped: { type: 'final' },
  },
});

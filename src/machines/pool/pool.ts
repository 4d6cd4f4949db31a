import { assign, fromCallback, raise, setup } from 'xstate';
import { startError } from '../supervise/failed-start.js';
import type { SuperviseEvent } from '../supervise/state/events.js';
import {
  type SupervisionContext,
  type SupervisionInput,
  supervise,
  superviseFrom,
  superviseGuards,
  superviseOn,
} from '../supervise/supervisor.js';
import { countOf, type Fleet, type FleetCommand, type FleetEvent, newFleet, steer } from './fleet.js';

/** @public the declarations of those who provide the machine name it */
export interface PoolInput extends SupervisionInput {
  readonly size: number;
  /** Whether the pool of this path had served before it was restarted. */
  readonly served?: boolean;
}

export type PoolEvent = SuperviseEvent | FleetEvent;

/**
 * What a pool tells the world about itself. `degraded`: it has served, and not one of its seats can be used now; with
 * a single one it stays `ready`. `hopeless`: it has never served and never will.
 */
export type PoolReport = 'ready' | 'degraded' | 'hopeless';

export interface PoolContext extends SupervisionContext {
  readonly fleet: Fleet;
  /** What the last event asked of the seats. */
  readonly orders: readonly FleetCommand[];
  /** Whether any seat has ever been usable. */
  readonly served: boolean;
  /** Why the seat that closed last did, while any is closed. */
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
    supervise: assign(({ context }, event: SuperviseEvent) => supervise(context, event)),
    /** Carries out `context.commands`; provided by the actor. */
    perform: () => undefined,
    steer: assign(({ context }, event: FleetEvent) => steered(context, event)),
    /** Carries out `context.orders`; provided by the actor. */
    order: () => undefined,
    /** Provided by the actor. */
    report: (_, _report: PoolReport) => undefined,
    /** No seat ever worked, so none will: that is a failed start, if a late one, and the pool is not restarted. */
    giveUp: raise(({ context }) => {
      return { type: 'supervisor.fail' as const, error: startError(context.supervision.policy.path, context.error) };
    }),
  },
  guards: {
    ...superviseGuards,
    isServing: ({ context }) => usable(context) > 0 && usable(context) + closed(context) >= context.fleet.size,
    isUsable: ({ context }) => usable(context) > 0,
    isEmpty: ({ context }) => usable(context) === 0,
    isHopeless: ({ context }) => !context.served && closed(context) >= context.fleet.size,
    isExhausted: ({ context }) => closed(context) >= context.fleet.size,
  },
});

function usable({ fleet }: PoolContext): number {
  return countOf(fleet, 'serving');
}

function closed({ fleet }: PoolContext): number {
  return countOf(fleet, 'closed');
}

function steered(context: PoolContext, event: FleetEvent): Partial<PoolContext> {
  const { fleet, commands: orders } = steer(context.fleet, event);
  const served = context.served || event.type === 'seat.offered';
  const latest = event.type === 'seat.closed' ? event.error : context.error;
  return { fleet, orders, served, error: countOf(fleet, 'closed') > 0 ? latest : undefined };
}

const ending = [
  { guard: 'hasEnded', target: 'stopped' },
  { guard: 'isStopping', target: 'stopping' },
] as const;

const steering = {
  actions: [{ type: 'steer', params: ({ event }: { readonly event: FleetEvent }) => event }, 'order'],
} as const;

/**
 * A pool is a supervisor (`rest_for_one`) of its workers and its queue that also knows whether it can serve, and which
 * seats come and go.
 *
 * starting → waiting (workers boot) → ready ⇄ degraded (no usable seat). A pool whose seats all closed before any of them
 * had ever served ends as one whose start has failed, with the reason.
 */
export const poolMachine = pool.createMachine({
  id: 'pool',
  context: ({ input }) => ({
    ...superviseFrom(input),
    fleet: newFleet(input.size),
    orders: [],
    served: input.served ?? false,
    error: undefined,
  }),
  entry: raise({ type: 'supervisor.boot' }),
  invoke: [{ src: 'keeper' }, { src: 'listing' }],
  on: {
    ...superviseOn,
    'seat.offered': steering,
    'seat.withdrawn': steering,
    'seat.closed': steering,
    'seat.worn': steering,
    'seat.gone': steering,
    'pool.resize': steering,
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
    hopeless: { entry: [{ type: 'report', params: 'hopeless' }, 'giveUp'], always: [...ending] },
    stopping: { always: { guard: 'hasEnded', target: 'stopped' } },
    stopped: { type: 'final' },
  },
});

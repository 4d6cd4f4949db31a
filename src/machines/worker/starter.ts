import { assign, fromCallback, setup } from 'xstate';
import { type Backoff, backoffDelay, DEFAULT_BACKOFF } from '../time/backoff.js';
import type { WorkerEnd, WorkerMode } from './worker.js';

/** How a starter replaces workers. */
export interface StarterPolicy {
  readonly mode: WorkerMode;
  /**
   * Whether the starter counts as started only once its first worker is ready, and a failure of that first boot is a
   * failure of its start. A pool acknowledges at once; a service does not.
   */
  readonly awaitsReady?: boolean;
  readonly backoff: Backoff;
  /** A worker that had been ready this long (ms) is replaced at once when it ends. */
  readonly stableMs: number;
  /** So many failed boots in a row close the seat. */
  readonly maxFailedBoots: number;
  /** After so long (ms) a seat that has closed so tries once more, and again after each failure. */
  readonly retryMs: number;
  /** Injected source of jitter, in [0, 1). */
  readonly random: () => number;
  /** The highest incarnation that the worker's path has had; 0 by default. */
  readonly lastWorker?: number;
  /** What the starter before it had come to: a restart forgets neither its backoff nor its failed boots. */
  readonly past?: BootFailures;
  /** Why the seat begins in quarantine: what ran in it before could not be proven gone. Null when it does not. */
  readonly quarantine?: string | null;
}

/** What went wrong in a row so far. */
export interface BootFailures {
  /** Failed boots and short lives since the last stable worker: the exponent of the backoff. */
  readonly failures: number;
  readonly failedBoots: number;
}

/** A worker ready for a second was no boot failure; five failed boots in a row are no accident. */
export const STARTER_DEFAULTS = {
  backoff: DEFAULT_BACKOFF,
  stableMs: 1000,
  maxFailedBoots: 5,
  retryMs: 30_000,
} satisfies Omit<StarterPolicy, 'mode' | 'random'>;

export type StarterEvent =
  /** Exec: the queue hands over one execution. */
  | { readonly type: 'execute' }
  /** Exec: the execution is no longer wanted. */
  | { readonly type: 'cancel' }
  | { readonly type: 'worker.started'; readonly incarnation: number }
  | { readonly type: 'worker.exited'; readonly incarnation: number; readonly end: WorkerEnd }
  /** The sweep of an incarnation is over; `clean` when it and its group are proven gone. */
  | { readonly type: 'swept'; readonly incarnation: number; readonly clean: true }
  | { readonly type: 'swept'; readonly incarnation: number; readonly clean: false; readonly reason: string }
  | { readonly type: 'espalier.stop' };

/**
 * What the starter asks of the world.
 *
 * - `start`: start the worker of this incarnation
 * - `stop`: stop the worker; its exit follows
 * - `sweep`: prove the incarnation's process and group gone, `swept` follows; `thorough` adds the scan for its cookie
 * - `deliver`: exec: the execution is over, its seat is free
 * - `offer` / `withdraw`: the seat takes work / takes no more work
 * - `close`: the seat takes no work: its boots fail, and it opens when one that is tried later succeeds, or what ran in it
 *   could not be proven gone, and it opens when it is restarted
 */
export type StarterCommand =
  | { readonly type: 'start'; readonly incarnation: number }
  | { readonly type: 'stop' }
  | { readonly type: 'sweep'; readonly incarnation: number; readonly thorough: boolean }
  | { readonly type: 'deliver'; readonly end: WorkerEnd }
  | { readonly type: 'offer' }
  | { readonly type: 'withdraw' }
  | { readonly type: 'close'; readonly why: 'boot' | 'quarantine'; readonly reason: string; readonly boots: number };

export interface StarterContext extends StarterPolicy, BootFailures {
  readonly incarnation: number;
  readonly stable: boolean;
  readonly stopping: boolean;
  /** How the last worker ended. */
  readonly end: WorkerEnd;
  /** Why the seat is in quarantine; empty when it is not. */
  readonly reason: string;
}

const nothingRan: WorkerEnd = { cause: 'stopped', exit: null, served: false };

const starter = setup({
  types: {
    input: {} as StarterPolicy,
    context: {} as StarterContext,
    events: {} as StarterEvent,
    tags: {} as 'espalier.starting',
  },
  actors: {
    /** Ends what is left of the worker when the machine ends, whatever way it does. */
    keeper: fromCallback(() => undefined),
  },
  actions: {
    /** Provided by the actor. */
    perform: (_, _command: StarterCommand) => undefined,
    nextIncarnation: assign(({ context }) => ({ incarnation: context.incarnation + 1, stable: false })),
    recordEnd: assign(({ context, event }) => ('end' in event ? afterEnd(context, event.end) : {})),
    recordReason: assign(({ event }) => ('reason' in event ? { reason: event.reason } : {})),
  },
  guards: {
    isQuarantined: ({ context }) => context.reason !== '',
    isExec: ({ context }) => context.mode === 'exec',
    awaitsReady: ({ context }) => context.awaitsReady === true,
    isCurrent: ({ context, event }) => 'incarnation' in event && event.incarnation === context.incarnation,
    isUnproven: ({ context, event }) => 'clean' in event && event.incarnation === context.incarnation && !event.clean,
    isStopping: ({ context }) => context.stopping,
    mayRestartAtOnce: ({ context }) => context.failures === 0,
    // Whose start was awaited has a supervisor that decides about its end.
    triesOn: ({ context }) => context.awaitsReady !== true,
    hasPast: ({ context }) => context.failures > 0,
    hasFailed: ({ context }) => context.failedBoots >= context.maxFailedBoots,
  },
  delays: {
    backoff: ({ context }) => backoffDelay(context.backoff, context.failures - 1, context.random()),
    stable: ({ context }) => context.stableMs,
    retry: ({ context }) => context.retryMs,
  },
});

/** What is known once a worker has ended. */
function afterEnd(context: StarterContext, end: WorkerEnd): Partial<StarterContext> {
  return {
    end,
    failures: context.stable ? 0 : context.failures + 1,
    failedBoots: end.served ? 0 : context.failedBoots + 1,
  };
}

/** After a program that left by itself its group is proof enough; after any other end its cookie is looked for too. */
function isThorough({ cause, exit }: WorkerEnd, mode: WorkerMode): boolean {
  if (exit === null || cause !== 'exited') return true;
  return mode === 'protocol' && exit.code !== 0;
}

/** Why a worker did not become ready, in words. */
function bootFailure({ cause, exit, error }: WorkerEnd): string {
  if (error) return error.message;
  if (cause === 'boot_timeout') return 'it was not ready in time';
  if (exit === null) return 'nobody saw how it ended';
  const how = exit.signal === null ? `it ended with exit code ${exit.code}` : `it was killed by ${exit.signal}`;
  return `${how} before it was ready`;
}

/**
 * Performs a command that is made of what the starter knows. (`enqueueActions` would leave eight functions for a slow
 * collection each time, with all that they see; a starter performs some four commands for each execution.)
 */
function performing(command: (context: StarterContext) => StarterCommand) {
  return { type: 'perform', params: ({ context }: { context: StarterContext }) => command(context) } as const;
}

const perform = {
  start: performing(({ incarnation }) => ({ type: 'start', incarnation })),
  sweep: performing(({ incarnation, end, mode }) => ({ type: 'sweep', incarnation, thorough: isThorough(end, mode) })),
  deliver: performing(({ end }) => ({ type: 'deliver', end })),
  close: (why: 'boot' | 'quarantine') =>
    performing(({ end, reason, failedBoots: boots }) => {
      return { type: 'close', why, reason: why === 'boot' ? bootFailure(end) : reason, boots };
    }),
};

const exited = { guard: 'isCurrent', target: 'sweeping', actions: 'recordEnd' } as const;

/**
 * The permanent supervisor of one seat: boot and back off, sweep, replace.
 *
 * `sweeping` stands between two incarnations: n + 1 never starts before n and its group are proven gone. What cannot be
 * proven gone puts the seat in quarantine.
 */
export const starterMachine = starter.createMachine({
  id: 'starter',
  context: ({ input }) => ({
    ...input,
    incarnation: input.lastWorker ?? 0,
    failures: input.past?.failures ?? 0,
    failedBoots: input.past?.failedBoots ?? 0,
    stable: false,
    stopping: false,
    end: nothingRan,
    reason: input.quarantine ?? '',
  }),
  invoke: { src: 'keeper' },
  initial: 'vacant',
  on: { 'espalier.stop': '.stopped' },
  states: {
    vacant: {
      tags: 'espalier.starting',
      always: [
        { guard: 'isQuarantined', target: 'quarantined' },
        { guard: 'isExec', target: 'idle' },
        { guard: 'awaitsReady', target: 'booting' },
        { guard: 'hasPast', target: 'backingOff' },
        { target: 'starting' },
      ],
    },
    booting: {
      tags: 'espalier.starting',
      entry: ['nextIncarnation', perform.start],
      on: {
        'worker.started': { guard: 'isCurrent', target: 'ready' },
        'worker.exited': { guard: 'isCurrent', target: 'givingUp', actions: 'recordEnd' },
        'espalier.stop': 'stopping',
      },
    },
    givingUp: {
      tags: 'espalier.starting',
      entry: perform.sweep,
      on: { swept: { guard: 'isCurrent', target: 'failed', actions: perform.deliver } },
    },
    idle: {
      entry: { type: 'perform', params: { type: 'offer' } },
      on: { execute: 'executing' },
    },
    executing: {
      entry: ['nextIncarnation', perform.start],
      on: {
        'worker.exited': exited,
        cancel: { actions: { type: 'perform', params: { type: 'stop' } } },
        'espalier.stop': 'stopping',
      },
    },
    starting: {
      entry: ['nextIncarnation', perform.start],
      on: {
        'worker.started': { guard: 'isCurrent', target: 'ready' },
        'worker.exited': exited,
        'espalier.stop': 'stopping',
      },
    },
    ready: {
      entry: { type: 'perform', params: { type: 'offer' } },
      exit: { type: 'perform', params: { type: 'withdraw' } },
      after: { stable: { actions: assign({ stable: true }) } },
      on: { 'worker.exited': exited, 'espalier.stop': 'stopping' },
    },
    stopping: {
      entry: [assign({ stopping: true }), { type: 'perform', params: { type: 'stop' } }],
      on: { 'worker.exited': exited, 'espalier.stop': undefined },
    },
    sweeping: {
      entry: perform.sweep,
      on: {
        swept: [
          { guard: 'isUnproven', target: 'quarantined', actions: ['recordReason', perform.deliver] },
          { guard: 'isCurrent', target: 'swept', actions: perform.deliver },
        ],
        'espalier.stop': { actions: assign({ stopping: true }) },
      },
    },
    swept: {
      always: [
        { guard: 'isStopping', target: 'stopped' },
        { guard: 'isExec', target: 'idle' },
        { guard: 'hasFailed', target: 'failed' },
        { guard: 'mayRestartAtOnce', target: 'starting' },
        { target: 'backingOff' },
      ],
    },
    backingOff: { after: { backoff: 'starting' } },
    failed: {
      entry: perform.close('boot'),
      after: { retry: { guard: 'triesOn', target: 'starting' } },
    },
    quarantined: {
      entry: perform.close('quarantine'),
      always: { guard: 'isStopping', target: 'stopped' },
    },
    stopped: { type: 'final' },
  },
});

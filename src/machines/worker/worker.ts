import { assign, setup } from 'xstate';
import type { ErrorRecord } from '../../errors.js';
import type { ProcessExit } from '../process/process.js';
import { WORKER_CAUSES, type WorkerCause } from './worker-cause.js';

/**
 * A worker owns exactly one process and ends with it.
 *
 * In an exec pool the process is the work: it runs once and its end is a result. In a protocol pool the process first
 * boots until it says `ready`, then serves calls until it ends.
 */
export type WorkerMode = 'exec' | 'protocol';

/** How a worker ended: the output of the machine. */
export interface WorkerEnd {
  readonly cause: WorkerCause;
  /** Null when nothing was started, or nobody saw the end. */
  readonly exit: ProcessExit | null;
  /** What went wrong before or instead of an exit. */
  readonly error?: ErrorRecord;
  /** Whether it had been ready (protocol) or running (exec) before it ended. */
  readonly served: boolean;
}

/** Whether a machine's output is a worker's: it has one only once it has ended. A user's machine may put out anything. */
export function isWorkerEnd(output: unknown): output is WorkerEnd {
  return (
    typeof output === 'object' &&
    output !== null &&
    'cause' in output &&
    WORKER_CAUSES.some((cause) => cause === output.cause) &&
    'exit' in output &&
    'served' in output
  );
}

/**
 * Carries out what a worker asks. It comes with the input, not by `provide`: there is one worker for each execution, and a
 * machine that is provided anew is compiled anew.
 */
export interface WorkerHands {
  perform(command: WorkerCommand, tell: (event: WorkerEvent) => void): void;
}

export interface WorkerInput {
  readonly hands: WorkerHands;
  readonly mode: WorkerMode;
  /** Whether it can be told to shut down before it is sent SIGTERM. A bare program cannot: its grace would count twice. */
  readonly takesShutdown: boolean;
  /** Whether the spawn intent is on disk already, as it is for a claimed attempt. */
  readonly registered: boolean;
  /** How long it may serve, in milliseconds: an execution from its spawn on; null for no limit, as servers have. */
  readonly timeoutMs: number | null;
  /** Protocol: how long the process may take from spawn to `ready`, in milliseconds. */
  readonly bootMs: number;
  /** How long a process may take to end after SIGTERM, in milliseconds. */
  readonly graceMs: number;
}

export type WorkerEvent =
  | { readonly type: 'registered' }
  | { readonly type: 'register.failed'; readonly error: ErrorRecord }
  | { readonly type: 'spawned' }
  | { readonly type: 'spawn.failed'; readonly error: ErrorRecord }
  | { readonly type: 'ready' }
  | { readonly type: 'progress' }
  | { readonly type: 'protocol.failed'; readonly error: ErrorRecord }
  /** It neither answers nor works, or does not give up a call that nobody waits for: it is killed, and that is a crash. */
  | { readonly type: 'unresponsive'; readonly error: ErrorRecord }
  /** The process closed its port without taking its leave; it may live on, but nothing can be asked of it. */
  | { readonly type: 'port.closed' }
  | { readonly type: 'exited'; readonly exit: ProcessExit }
  /** It could not be seen to end: it may not be signalled, or the kernel does not let go of it. */
  | { readonly type: 'kill.failed'; readonly error: ErrorRecord }
  | { readonly type: 'espalier.stop' };

/** What the worker asks of the world. */
export type WorkerCommand = 'register' | 'spawn' | 'abandon' | 'shutdown' | 'terminate' | 'kill';

interface WorkerContext extends WorkerInput {
  readonly cause: WorkerCause;
  readonly exit: ProcessExit | null;
  readonly error: ErrorRecord | null;
  readonly served: boolean;
}

const worker = setup({
  types: {
    input: {} as WorkerInput,
    context: {} as WorkerContext,
    events: {} as WorkerEvent,
    output: {} as WorkerEnd,
    tags: {} as 'espalier.starting',
  },
  actions: {
    perform: ({ context, self }, command: WorkerCommand) =>
      context.hands.perform(command, (event) => {
        // An answer after the end has no reader: the starter's sweep looks at the process itself.
        if (self.getSnapshot().status === 'active') self.send(event);
      }),
    because: assign((_, cause: WorkerCause) => ({ cause })),
    recordExit: assign(({ event }) => ('exit' in event ? { exit: event.exit } : {})),
    recordClosedPort: assign({
      cause: 'protocol_error' as const,
      error: { code: 'ESP_PROTOCOL', message: 'closed its port and went on' },
    }),
    recordError: assign(({ event }) => ('error' in event ? { error: event.error } : {})),
    // Why it had to go says more than that it did not.
    recordSecondError: assign(({ context, event }) =>
      'error' in event ? { error: context.error ?? event.error } : {},
    ),
  },
  guards: {
    isRegistered: ({ context }) => context.registered,
    isExec: ({ context }) => context.mode === 'exec',
    takesShutdown: ({ context }) => context.takesShutdown,
    isLimited: ({ context }) => context.timeoutMs !== null,
  },
  delays: {
    boot: ({ context }) => context.bootMs,
    grace: ({ context }) => context.graceMs,
    // Without a limit the longest timer that Node has: when it fires after 24 days, its guard says no.
    limit: ({ context }) => context.timeoutMs ?? 2 ** 31 - 1,
  },
});

/**
 * created → registering → spawning → (booting →) running → ended, with stopping → killing whenever the process must go, and
 * parting when it has closed its port.
 *
 * A stop while the program is being spawned waits for the spawn's outcome: only then is there something to end, and it
 * gets its grace like any other.
 * Escalation looks at the actual exit: no state is left for `ended` without `exited`, unless nothing was started, or not
 * even a kill ended it: then nobody waits for it for ever, and the starter's sweep says what may still run.
 */
export const workerMachine = worker.createMachine({
  id: 'worker',
  context: ({ input }) => ({ cause: 'exited', exit: null, error: null, served: false, ...input }),
  output: ({ context: { cause, exit, error, served } }) => ({ cause, exit, served, ...(error ? { error } : {}) }),
  initial: 'created',
  states: {
    created: { always: [{ guard: 'isRegistered', target: 'spawning' }, { target: 'registering' }] },
    registering: {
      tags: 'espalier.starting',
      entry: { type: 'perform', params: 'register' },
      on: {
        registered: 'spawning',
        'register.failed': { target: 'ended', actions: ['recordError', { type: 'because', params: 'spawn_failed' }] },
        // The intent may be on its way to the disk: spawn nothing, and leave the answer to the janitor's rules.
        'espalier.stop': { target: 'ended', actions: { type: 'because', params: 'stopped' } },
      },
    },
    spawning: {
      tags: 'espalier.starting',
      entry: { type: 'perform', params: 'spawn' },
      on: {
        spawned: [{ guard: 'isExec', target: 'running' }, { target: 'booting' }],
        'spawn.failed': { target: 'ended', actions: ['recordError', { type: 'because', params: 'spawn_failed' }] },
        'espalier.stop': 'abandoning',
      },
    },
    abandoning: {
      entry: [
        { type: 'because', params: 'stopped' },
        { type: 'perform', params: 'abandon' },
      ],
      on: {
        spawned: 'stopping',
        'spawn.failed': { target: 'ended', actions: 'recordError' },
      },
    },
    booting: {
      tags: 'espalier.starting',
      after: { boot: { target: 'stopping', actions: { type: 'because', params: 'boot_timeout' } } },
      on: {
        ready: 'running',
        // Progress starts the boot time anew.
        progress: { target: 'booting', reenter: true },
        'protocol.failed': {
          target: 'killing',
          actions: ['recordError', { type: 'because', params: 'protocol_error' }],
        },
        'port.closed': 'parting',
        exited: { target: 'ended', actions: 'recordExit' },
        'espalier.stop': { target: 'stopping', actions: { type: 'because', params: 'stopped' } },
      },
    },
    running: {
      entry: assign({ served: true }),
      after: { limit: { guard: 'isLimited', target: 'stopping', actions: { type: 'because', params: 'timed_out' } } },
      on: {
        exited: { target: 'ended', actions: 'recordExit' },
        'port.closed': 'parting',
        'protocol.failed': {
          target: 'killing',
          actions: ['recordError', { type: 'because', params: 'protocol_error' }],
        },
        unresponsive: {
          target: 'killing',
          actions: ['recordError', { type: 'because', params: 'unresponsive' }],
        },
        'espalier.stop': [
          { guard: 'takesShutdown', target: 'draining', actions: { type: 'because', params: 'stopped' } },
          { target: 'stopping', actions: { type: 'because', params: 'stopped' } },
        ],
      },
    },
    // A process that ends closes its port first; its exit is on its way. One that lives on has had its time.
    parting: {
      after: { grace: { target: 'stopping', actions: 'recordClosedPort' } },
      on: {
        exited: { target: 'ended', actions: 'recordExit' },
        'espalier.stop': { target: 'stopping', actions: { type: 'because', params: 'stopped' } },
      },
    },
    draining: {
      entry: { type: 'perform', params: 'shutdown' },
      after: { grace: 'stopping' },
      on: {
        exited: { target: 'ended', actions: 'recordExit' },
        'protocol.failed': 'killing',
        unresponsive: 'killing',
      },
    },
    stopping: {
      entry: { type: 'perform', params: 'terminate' },
      after: { grace: 'killing' },
      on: { exited: { target: 'ended', actions: 'recordExit' } },
    },
    killing: {
      entry: { type: 'perform', params: 'kill' },
      on: {
        exited: { target: 'ended', actions: 'recordExit' },
        'kill.failed': { target: 'ended', actions: 'recordSecondError' },
      },
    },
    ended: { type: 'final' },
  },
});

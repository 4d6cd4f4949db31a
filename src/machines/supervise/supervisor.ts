import { assign, fromCallback, raise, setup } from 'xstate';
import { decide } from './decide.js';
import type { SuperviseCommand } from './state/commands.js';
import type { SuperviseEvent } from './state/events.js';
import type { SupervisorState } from './state/state.js';

/** What a machine that supervises is given. */
export interface SupervisionInput {
  readonly supervision: SupervisorState;
  /** The injected clock, in milliseconds. */
  readonly now: () => number;
}

/** What a machine that supervises keeps: the supervisor's state, and the commands of its latest decision. */
export interface SupervisionContext extends SupervisionInput {
  readonly commands: readonly SuperviseCommand[];
}

/** The context of a supervisor that has not decided anything yet. */
export function superviseFrom({ supervision, now }: SupervisionInput): SupervisionContext {
  return { supervision, now, commands: [] };
}

/** One decision: the part of the context that it changes. */
export function supervise(
  { supervision, now }: SupervisionInput,
  event: SuperviseEvent,
): Pick<SupervisionContext, 'supervision' | 'commands'> {
  const { state, commands } = decide(supervision, event, now());
  return { supervision: state, commands };
}

const step = {
  actions: [{ type: 'supervise', params: ({ event }: { readonly event: SuperviseEvent }) => event }, 'perform'],
} as const;

/**
 * The transitions of a machine that supervises: each event is decided by the action `supervise` and its commands are
 * handed to the action `perform`. Another machine takes them into its own `on` to supervise as well.
 */
export const superviseOn = {
  'supervisor.boot': step,
  'supervisor.fail': step,
  'espalier.stop': step,
  'child.started': step,
  'child.ignored': step,
  'child.failed': step,
  'child.exited': step,
  'child.due': step,
  'child.retry': step,
  'call.startChild': step,
  'call.terminateChild': step,
  'call.restartChild': step,
  'call.deleteChild': step,
  'call.whichChildren': step,
  'call.countChildren': step,
  'call.getChildSpec': step,
} satisfies Record<SuperviseEvent['type'], typeof step>;

type Guard = (args: { readonly context: SupervisionContext }) => boolean;

/** What the states of a machine that supervises follow. */
export const superviseGuards = {
  isRunning: ({ context }) => context.supervision.phase === 'running',
  isStopping: ({ context }) => context.supervision.phase === 'stopping',
  hasEnded: ({ context }) => context.supervision.phase === 'ended',
} satisfies Record<string, Guard>;

/** A supervisor: few states around one decision. Whoever brings it to life provides `perform` and `keeper`. */
export const supervisorMachine = setup({
  types: {
    context: {} as SupervisionContext,
    events: {} as SuperviseEvent,
    input: {} as SupervisionInput,
    tags: {} as 'espalier.starting',
  },
  actors: {
    /** Ends what is left of the children when the machine ends, whatever way it does. */
    keeper: fromCallback(() => undefined),
  },
  actions: {
    supervise: assign(({ context }, event: SuperviseEvent) => supervise(context, event)),
    /** Carries out `context.commands`. */
    perform: () => undefined,
  },
  guards: superviseGuards,
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => superviseFrom(input),
  entry: raise({ type: 'supervisor.boot' }),
  invoke: { src: 'keeper' },
  on: superviseOn,
  initial: 'starting',
  states: {
    starting: {
      tags: 'espalier.starting',
      always: [
        { guard: 'hasEnded', target: 'stopped' },
        { guard: 'isStopping', target: 'aborting' },
        { guard: 'isRunning', target: 'running' },
      ],
    },
    // Whoever waits for its start must not take this for one.
    aborting: { tags: 'espalier.starting', always: { guard: 'hasEnded', target: 'stopped' } },
    running: {
      always: [
        { guard: 'hasEnded', target: 'stopped' },
        { guard: 'isStopping', target: 'stopping' },
      ],
    },
    stopping: { always: { guard: 'hasEnded', target: 'stopped' } },
    stopped: { type: 'final' },
  },
});

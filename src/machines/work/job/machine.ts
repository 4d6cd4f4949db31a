import { setup } from 'xstate';
import { JOB_STATES, type JobOutcome, type JobState } from './states.js';

/** What happens to a job. Where several states may follow, the event says which. */
export type JobEvent =
  /** What was written with it is whole: it may start. */
  | { readonly type: 'released'; readonly to: 'blocked' | 'parked' | 'queued' }
  /** The last job that it waited for has ended. */
  | { readonly type: 'unblocked'; readonly to: 'parked' | 'queued' }
  /** A claim found that it cannot start now. */
  | { readonly type: 'parked'; readonly to: 'parked' }
  /** The reason why it was parked is over. */
  | { readonly type: 'unparked'; readonly to: 'queued' }
  | { readonly type: 'claimed'; readonly to: 'running' }
  /** Its attempt came to nothing, through no fault of its own: it was given back, interrupted or lost. */
  | { readonly type: 'returned'; readonly to: 'queued' }
  /** Its attempt has failed, and there are attempts left. */
  | { readonly type: 'retried'; readonly to: 'parked' | 'queued' }
  /** Its attempt has ended with a question, or to wait for jobs of its own. */
  | { readonly type: 'suspended'; readonly to: 'waiting' }
  /** What it waited for is there. */
  | { readonly type: 'resumed'; readonly to: 'parked' | 'queued' }
  | { readonly type: 'ended'; readonly to: JobOutcome };

type JobEventType = JobEvent['type'];

interface JobTypes {
  readonly context?: object;
  readonly events?: JobEvent;
}
const types: JobTypes = {};

const job = setup({
  types,
  guards: {
    goesTo: ({ event }, state: JobState) => event.to === state,
  },
});

const to = <S extends JobState>(...states: readonly S[]) =>
  states.map((state) => ({ target: state, guard: { type: 'goesTo' as const, params: state } }));

/** Without an attempt that runs a job does not succeed. */
const unstarted = to('failed', 'timed_out', 'cancelled', 'skipped');

/**
 * The life of a job. Each change that the store makes of a job is a transition of this machine, and no other is possible:
 * the store asks `mayMove`.
 */
const jobMachine = job.createMachine({
  id: 'job',
  initial: 'created',
  states: {
    created: { on: { released: to('blocked', 'parked', 'queued'), ended: unstarted } },
    blocked: { on: { unblocked: to('parked', 'queued'), ended: unstarted } },
    parked: { on: { unparked: to('queued'), ended: unstarted } },
    queued: { on: { parked: to('parked'), claimed: to('running'), ended: unstarted } },
    running: {
      on: {
        returned: to('queued'),
        retried: to('parked', 'queued'),
        suspended: to('waiting'),
        ended: to('succeeded', 'failed', 'timed_out', 'cancelled'),
      },
    },
    waiting: { on: { resumed: to('parked', 'queued'), ended: unstarted } },
    succeeded: { type: 'final' },
    failed: { type: 'final' },
    timed_out: { type: 'final' },
    cancelled: { type: 'final' },
    skipped: { type: 'final' },
  },
});

/** Every event with every state that it can lead to somewhere. */
const EVENTS: readonly JobEvent[] = [
  ...(['blocked', 'parked', 'queued'] as const).map((state) => ({ type: 'released' as const, to: state })),
  ...(['parked', 'queued'] as const).flatMap((state) => [
    { type: 'unblocked' as const, to: state },
    { type: 'retried' as const, to: state },
    { type: 'resumed' as const, to: state },
  ]),
  { type: 'parked', to: 'parked' },
  { type: 'unparked', to: 'queued' },
  { type: 'claimed', to: 'running' },
  { type: 'returned', to: 'queued' },
  { type: 'suspended', to: 'waiting' },
  ...(['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped'] as const).map((state) => ({
    type: 'ended' as const,
    to: state,
  })),
];

/** One line of the table of transitions. */
export interface JobTransition {
  readonly from: JobState;
  readonly event: JobEventType;
  readonly to: JobState;
}

/** Every transition there is, read from the machine. */
export const JOB_TRANSITIONS: readonly JobTransition[] = JOB_STATES.flatMap((from) =>
  transitionsOf(from).map(({ event, to: target }) => ({ from, event, to: target })),
);

function transitionsOf(from: JobState): Omit<JobTransition, 'from'>[] {
  const snapshot = jobMachine.resolveState({ value: from, context: {} });
  return EVENTS.filter((event) => snapshot.can(event)).map(({ type, to: target }) => ({ event: type, to: target }));
}

const ALLOWED = new Set(JOB_TRANSITIONS.map(key));

function key({ from, event, to: target }: JobTransition): string {
  return `${from} ${event} ${target}`;
}

/** Whether a job in state `from` can be moved by this event. */
export function mayMove(from: JobState, { type, to: target }: JobEvent): boolean {
  return ALLOWED.has(key({ from, event: type, to: target }));
}

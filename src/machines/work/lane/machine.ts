import { setup } from 'xstate';

/** What a lane asks of whoever drives it. Performing returns at once; the answer comes later as an event. */
export type LaneCommand =
  /** The first command: begin to listen to the place and to the queue. */
  | { readonly type: 'open' }
  /** Claim so many jobs and have them executed. Answer: `claimed`, or `claim.failed`; then `ended` for each. */
  | { readonly type: 'claim'; readonly count: number }
  /** The store refused a claim: say `news` after a while. */
  | { readonly type: 'wait' }
  /** End whatever is at work, and give back what has not begun. */
  | { readonly type: 'stop' };

/** What a lane hears. */
export type LaneEvent =
  /** How many attempts the place can have at work. */
  | { readonly type: 'capacity.changed'; readonly slots: number }
  /** There may be something to claim. */
  | { readonly type: 'news' }
  /** So many were claimed; `more`: there may be others. */
  | { readonly type: 'claimed'; readonly count: number; readonly more: boolean }
  | { readonly type: 'claim.failed' }
  /** An attempt has come to an end, and that is on disk. */
  | { readonly type: 'ended' }
  | { readonly type: 'espalier.stop' };

/**
 * What the machine of a lane keeps.
 *
 * @public the declarations of those who provide the machine name it
 */
export interface LaneContext {
  readonly capacity: number;
  /** Claimed, and not yet ended on disk. */
  readonly atWork: number;
  readonly claiming: boolean;
  /** Whether something may have become startable since the last claim began. */
  readonly stale: boolean;
}

interface LaneTypes {
  readonly context?: LaneContext;
  readonly events?: LaneEvent;
}
const types: LaneTypes = {};

const lane = setup({
  types,
  actions: {
    /** Whoever drives the lane provides it. */
    perform: (_, _command: LaneCommand): void => undefined,
  },
  guards: {
    canClaim: ({ context: { capacity, atWork, claiming, stale } }) => stale && !claiming && capacity > atWork,
    isIdle: ({ context: { atWork, claiming } }) => atWork === 0 && !claiming,
  },
});

const hears = {
  'capacity.changed': {
    // Room that came after a claim found more than it could take.
    actions: lane.assign(({ event }) => ('slots' in event ? { capacity: event.slots } : {})),
  },
  claimed: {
    actions: lane.assign(({ context, event }) =>
      'count' in event
        ? { claiming: false, atWork: context.atWork + event.count, stale: context.stale || event.more }
        : {},
    ),
  },
  ended: { actions: lane.assign(({ context }) => ({ atWork: context.atWork - 1 })) },
} as const;

/**
 * Takes the jobs of one queue for one place: as many as that has room for, whenever there may be something to take. It never
 * claims twice at once, and never less often than there is news: what comes while it claims is looked at after that.
 */
export const laneMachine = lane.createMachine({
  id: 'lane',
  context: { capacity: 0, atWork: 0, claiming: false, stale: true },
  initial: 'serving',
  states: {
    serving: {
      entry: { type: 'perform', params: { type: 'open' } },
      always: { guard: 'canClaim', actions: claim() },
      on: {
        ...hears,
        news: { actions: lane.assign({ stale: true }) },
        'claim.failed': {
          actions: [lane.assign({ claiming: false }), { type: 'perform', params: { type: 'wait' } }],
        },
        'espalier.stop': 'stopping',
      },
    },
    stopping: {
      entry: { type: 'perform', params: { type: 'stop' } },
      always: { guard: 'isIdle', target: 'stopped' },
      on: { ...hears, 'claim.failed': { actions: lane.assign({ claiming: false }) } },
    },
    stopped: { type: 'final' },
  },
});

function claim() {
  return [
    {
      type: 'perform',
      params: ({ context: { capacity, atWork } }: { readonly context: LaneContext }) => ({
        type: 'claim' as const,
        count: capacity - atWork,
      }),
    },
    lane.assign({ claiming: true, stale: false }),
  ] as const;
}

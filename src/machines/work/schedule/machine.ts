import { setup } from 'xstate';

/**
 * `active`: its instants make jobs. `paused`: they are skipped until it is resumed. `ended`: no instant is left; another rule
 * makes it active again.
 */
export const SCHEDULE_STATES = ['active', 'paused', 'ended'] as const;
export type ScheduleState = (typeof SCHEDULE_STATES)[number];

/** What happens to a schedule. Where several states may follow, the event says which. */
export type ScheduleEvent =
  | { readonly type: 'paused'; readonly to: 'paused' }
  | { readonly type: 'resumed'; readonly to: 'active' | 'ended' }
  /** Its last instant was decided. */
  | { readonly type: 'exhausted'; readonly to: 'ended' }
  /** It was set to something else. One that is paused stays so. */
  | { readonly type: 'changed'; readonly to: ScheduleState };

interface ScheduleTypes {
  readonly context?: object;
  readonly events?: ScheduleEvent;
}
const types: ScheduleTypes = {};

const schedule = setup({
  types,
  guards: {
    goesTo: ({ event }, state: ScheduleState) => event.to === state,
  },
});

const to = <S extends ScheduleState>(...states: readonly S[]) =>
  states.map((state) => ({ target: state, guard: { type: 'goesTo' as const, params: state } }));

/** The life of a schedule. Each change that the store makes of its state is a transition of this machine. */
const scheduleMachine = schedule.createMachine({
  id: 'schedule',
  initial: 'active',
  states: {
    active: { on: { paused: to('paused'), exhausted: to('ended'), changed: to('active', 'ended') } },
    paused: { on: { resumed: to('active', 'ended'), changed: to('paused') } },
    ended: { on: { changed: to('active', 'ended') } },
  },
});

/** Whether a schedule in state `from` can be moved by this event. */
export function mayMoveSchedule(from: ScheduleState, event: ScheduleEvent): boolean {
  return scheduleMachine.resolveState({ value: from, context: {} }).can(event);
}

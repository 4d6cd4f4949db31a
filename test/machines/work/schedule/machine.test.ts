import { describe, expect, it } from 'vitest';
import {
  mayMoveSchedule,
  SCHEDULE_STATES,
  type ScheduleEvent,
  type ScheduleState,
} from '../../../../src/machines/work/schedule/machine.js';

/** Written apart from the machine: what a user is promised. */
class ReferenceSchedule {
  constructor(readonly state: ScheduleState) {}

  /** Where an event may lead. */
  allows(type: ScheduleEvent['type']): readonly ScheduleState[] {
    const isPaused = this.state === 'paused';
    if (type === 'paused') return this.state === 'active' ? ['paused'] : [];
    if (type === 'resumed') return isPaused ? ['active', 'ended'] : [];
    if (type === 'exhausted') return this.state === 'active' ? ['ended'] : [];
    return isPaused ? ['paused'] : ['active', 'ended'];
  }
}

const TYPES = ['paused', 'resumed', 'exhausted', 'changed'] as const;
const every = (type: ScheduleEvent['type']) => SCHEDULE_STATES.map((to) => ({ type, to }) as ScheduleEvent);

describe('the life of a schedule', () => {
  it.each(SCHEDULE_STATES)('goes from %s where its reference goes, and nowhere else', (from) => {
    const reference = new ReferenceSchedule(from);
    for (const type of TYPES) {
      const reached = every(type).filter((event) => mayMoveSchedule(from, event));
      expect(
        reached.map(({ to }) => to),
        `${from} ${type}`,
      ).toEqual(SCHEDULE_STATES.filter((state) => reference.allows(type).includes(state)));
    }
  });

  it('reaches each state from each along some path', () => {
    for (const from of SCHEDULE_STATES) {
      const found = new Set<ScheduleState>([from]);
      for (const state of found) {
        for (const event of TYPES.flatMap(every)) if (mayMoveSchedule(state, event)) found.add(event.to);
      }
      expect([...found].toSorted()).toEqual([...SCHEDULE_STATES].toSorted());
    }
  });
});

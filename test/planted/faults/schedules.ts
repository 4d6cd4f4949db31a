import type { Faults } from '../fault.js';

const STORE = 'test/persistence/families/schedules/schedules.test.ts';

/** What schedules make, and how often. */
export const schedules: Faults = {
  'the cursor of a schedule goes back': {
    file: 'src/persistence/families/schedules/move.ts',
    right: 'cursor = max(cursor, ?)',
    wrong: 'cursor = ?',
    promise: 4,
    test: [STORE, 'never goes back'],
  },
  'an instant is decided by two hosts': {
    file: 'src/persistence/families/schedules/tick.ts',
    right: '|| schedule.cursor !== one.cursor',
    wrong: '',
    promise: 4,
    test: [STORE, 'makes one job, whichever host is first'],
  },
  'an instant of a schedule that was changed since is made': {
    file: 'src/persistence/families/schedules/tick.ts',
    right: 'schedule?.revision !== one.revision',
    wrong: 'schedule === null',
    test: [STORE, 'is nothing any more once'],
  },
  'a host that was declared dead skips instants': {
    file: 'src/persistence/families/schedules/tick.ts',
    right: 'tx.requireLive(owner);',
    wrong: '',
    promise: 4,
    test: [STORE, 'is made by no host that was declared dead'],
  },
  'a cursor follows the clock in place of the instants': {
    file: 'src/machines/work/schedule/decide.ts',
    right: 'due.newest.at(-1) ?? standing.cursor)',
    wrong: 'standing.now)',
    test: ['test/machines/work/schedule/decide.test.ts', 'decides each instant once'],
  },
  'two jobs of a schedule that skips run at once': {
    file: 'src/machines/work/schedule/decide.ts',
    right: 'standing.unfinished + made.length)',
    wrong: 'standing.unfinished)',
    test: ['test/machines/work/schedule/decide.test.ts', 'skip: are skipped'],
  },
  'a queued occurrence is skipped with the failure of the one before it': {
    file: 'src/persistence/families/schedules/occurrences.ts',
    right: "{ ...policy, onDependency: 'run' }",
    wrong: 'policy',
    test: [STORE, 'queue: starts after those before it'],
  },
  'a clock that was set is found out when the next instant was due': {
    file: 'src/work/schedules/schedule-clock.ts',
    right: 'this.#arm(Math.min(nextAt ?? Number.POSITIVE_INFINITY, clock.now() + MOST_SLEEP_MS));',
    wrong: 'this.#arm(nextAt ?? clock.now() + MOST_SLEEP_MS);',
    test: ['test/work/schedules/schedule-clock.test.ts', 'finds out within a second'],
  },
};

import type { ScheduleSpec } from '../../../../src/machines/work/schedule/spec.js';
import type { DueSchedules, OccurrenceRecord, ScheduleRecord } from '../../../../src/persistence/contract/schedules.js';
import { answerQuery, type QueryArgs, type QueryName } from '../../../../src/persistence/reader/queries.js';
import { JOB_POLICY, jobNumber, jobWorld } from '../jobs/world.js';

export const HOUR = 3_600_000;
/** Midnight of a day without anything special. */
export const BEGIN = Date.parse('2026-06-01T00:00:00Z');

/** Each hour, of queue `q`. */
export function newSpec(parts: Partial<ScheduleSpec> = {}): ScheduleSpec {
  return {
    timing: { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' },
    catchUp: 'all',
    overlap: 'allow',
    from: null,
    until: null,
    jitterMs: 0,
    job: {
      ...{ queue: 'q', method: 'do', version: null, input: { x: 1 }, priority: 0, limits: [] },
      ...{ policy: JOB_POLICY, budget: {}, deadlineMs: null, meta: null },
    },
    ...parts,
  };
}

/** What a query answers, with all of its turns taken at once. */
function whole(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('next' in value)) return value;
  const steps = value as Generator<void, unknown, void>;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** A store in a file with two hosts, `a` and `b`, whose clock begins at midnight. */
export function scheduleWorld() {
  const world = jobWorld();
  const { db, clock, play } = world;
  clock.now = BEGIN;
  let last = 100;
  const ask = <N extends QueryName>(name: N, args: QueryArgs[N]) =>
    whole(answerQuery(db, { name, args } as Parameters<typeof answerQuery>[1]));
  const newId = () => {
    last += 1;
    return jobNumber(last);
  };
  const get = (name = 's') => ask('schedules.get', { name }) as ScheduleRecord | null;
  /** As if nobody else had looked at it meanwhile. */
  const set = (spec: ScheduleSpec, parts: { cursor?: number; nextAt?: number | null } = {}) =>
    play('schedules.set', {
      ...{ by: '', name: 's', spec: JSON.stringify(spec), revision: get()?.revision ?? null },
      ...{ cursor: clock.now, nextAt: clock.now + HOUR, ...parts },
    });
  const due = () =>
    (ask('schedules.due', { now: clock.now }) as DueSchedules).due.map((one) => ({
      ...one,
      jobIds: one.due.newest.map(newId),
    }));
  const tick = (owner = 'a', what = due()) => play('schedules.tick', { owner, due: what, now: clock.now });
  /** `made 01:00`, `missed 02:00-05:00 ×4`. */
  const history = () =>
    (ask('schedules.history', { name: 's', before: null, limit: 2000 }) as OccurrenceRecord[])
      .toReversed()
      .map(({ since, at, count, skipped, byHand }) => {
        const time = (ms: number) => new Date(ms).toISOString().slice(11, 16);
        const span = since === at ? time(at) : `${time(since)}-${time(at)} ×${count ?? '?'}`;
        return `${skipped ?? 'made'} ${span}${byHand ? ' by hand' : ''}`;
      });
  const resume = () => {
    const passed = ask('schedules.passed', { name: 's', now: clock.now }) as {
      revision: number;
      passed: null;
      nextAt: null;
    };
    return play('schedules.resume', { by: '', name: 's', ...passed });
  };
  return { ...world, ask, get, set, due, tick, history, resume };
}

import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { parseJobId } from '../../../machines/ids/job-id.js';
import { JOB_STATES } from '../../../machines/work/job/states.js';
import { SCHEDULE_STATES } from '../../../machines/work/schedule/machine.js';
import { CATCH_UPS, OVERLAPS, type ScheduleSpec, SKIP_REASONS } from '../../../machines/work/schedule/spec.js';
import type { OccurrenceRecord } from '../../contract/schedules.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { amounts, jobPolicy } from '../job-states/records.js';

/** A schedule's spec, as it is kept. */
const scheduleSpec = z.object({
  timing: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cron'), cron: z.string(), timezone: z.string() }),
    z.object({ kind: z.literal('at'), at: z.number() }),
  ]),
  catchUp: z.enum(CATCH_UPS),
  overlap: z.enum(OVERLAPS),
  from: z.number().nullable(),
  until: z.number().nullable(),
  jitterMs: z.number(),
  job: z.object({
    queue: z.string(),
    method: z.string().nullable(),
    version: z.string().nullable(),
    input: z.unknown(),
    priority: z.number(),
    limits: z.array(z.string()),
    policy: jobPolicy,
    budget: amounts.default({}),
    deadlineMs: z.number().nullable(),
    meta: z.unknown(),
  }),
}) satisfies z.ZodType<ScheduleSpec>;

/** A schedule's spec as JSON text. */
export const keptSpec: z.ZodType<ScheduleSpec> = json(scheduleSpec);

const scheduleRow = z
  .object({
    schedule: z.number(),
    name: z.string(),
    state: z.enum(SCHEDULE_STATES),
    revision: z.number(),
    spec: keptSpec,
    cursor: z.number(),
    next_at: z.number().nullable(),
    set_at: z.number(),
  })
  .transform(({ next_at, set_at, ...rest }) => ({ ...rest, nextAt: next_at, setAt: set_at }));

/** A schedule, as the operations on it need it. */
export type ScheduleRow = z.infer<typeof scheduleRow>;

const SELECT = 'SELECT schedule, name, state, revision, spec, cursor, next_at, set_at FROM schedules';

/** Every schedule, in the order of the names. */
export function everySchedule(db: Connection): ScheduleRow[] {
  return db.all(scheduleRow, `${SELECT} ORDER BY name`);
}

/** Those with an instant up to now, the oldest first. */
export function schedulesDue(db: Connection, now: number, limit: number): ScheduleRow[] {
  return db.all(scheduleRow, `${SELECT} WHERE next_at <= ? ORDER BY next_at LIMIT ?`, now, limit);
}

/** The schedule of a name. */
export function findSchedule(db: Connection, name: string): ScheduleRow | null {
  return db.one(scheduleRow, `${SELECT} WHERE name = ?`, name) ?? null;
}

/** The schedule of a name. @throws `ESP_NOT_FOUND` */
export function requireSchedule(db: Connection, name: string): ScheduleRow {
  const found = findSchedule(db, name);
  if (found !== null) return found;
  throw new EspalierError('ESP_NOT_FOUND', `there is no schedule ${JSON.stringify(name)} in this store`, {
    context: { schedule: name },
  });
}

const occurrenceRow = z
  .object({
    name: z.string(),
    at: z.number(),
    since: z.number(),
    count: z.number().nullable(),
    decided_at: z.number(),
    by_hand: z.number(),
    job: z.string().nullable(),
    state: z.enum(JOB_STATES).nullable(),
    skipped: z.enum(SKIP_REASONS).nullable(),
  })
  .transform(
    ({ name, at, since, count, decided_at, by_hand, job, state, skipped }): OccurrenceRecord => ({
      ...{ at, since, count, skipped },
      schedule: name,
      decidedAt: decided_at,
      byHand: by_hand === 1,
      jobId: job === null ? null : parseJobId(job),
      jobState: state,
    }),
  );

/** The newest occurrences of a schedule, those before an instant. */
export function newestOccurrences(
  db: Connection,
  schedule: number,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): OccurrenceRecord[] {
  return db.all(
    occurrenceRow,
    `SELECT s.name, o.at, o.since, o.count, o.decided_at, o.by_hand, o.job, j.state, o.skipped
     FROM occurrences o JOIN schedules s ON s.schedule = o.schedule LEFT JOIN jobs j ON j.id = o.job
     WHERE o.schedule = ? AND o.at < ? ORDER BY o.at DESC LIMIT ?`,
    schedule,
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
}

import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { type JobId, jobContext, parseJobId } from '../../../machines/ids/job-id.js';
import { UNFINISHED_STATES } from '../../../machines/work/job/states.js';
import { type MadeOccurrence, MOST_QUEUED, type SkippedInstants } from '../../../machines/work/schedule/decide.js';
import { toJson } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { keyDigest } from '../jobs/keys.js';
import { type NewJobText, submitJobs } from '../jobs/submit.js';
import type { ScheduleRow } from './records.js';

const jobRow = z.object({ job: z.string() });

/** Occurrences of a schedule that are kept; those whose jobs have not ended are kept beside. */
const MOST_KEPT = 1000;

/** Occurrences that are looked at in one go whether their jobs have ended. */
const LOOKED_AT = 500;

/** Jobs of a schedule that have not ended, the oldest first: as many as it matters how many there are. */
export function unfinishedJobs(tx: Transaction, { schedule }: Pick<ScheduleRow, 'schedule'>): JobId[] {
  while (noteEnded(tx, schedule) === LOOKED_AT);
  return tx.db
    .all(
      jobRow,
      'SELECT job FROM occurrences WHERE schedule = ? AND unfinished = 1 ORDER BY at LIMIT ?',
      schedule,
      MOST_QUEUED,
    )
    .map(({ job }) => parseJobId(job));
}

const UNFINISHED = UNFINISHED_STATES.map((state) => `'${state}'`).join(', ');

/** Nobody tells a schedule of the ends of its jobs: it looks, once for each, when it has to know. */
function noteEnded(tx: Transaction, schedule: number): number {
  return tx.db.run(
    `UPDATE occurrences SET unfinished = 0 WHERE schedule = ? AND at IN (
       SELECT o.at FROM occurrences o WHERE o.schedule = ? AND o.unfinished = 1 ORDER BY o.at LIMIT ${LOOKED_AT}
     ) AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = occurrences.job AND j.state IN (${UNFINISHED}))`,
    schedule,
    schedule,
  );
}

/** An instant that is to make a job, and the id that the job is to have. */
export interface Making extends MadeOccurrence {
  readonly jobId: JobId;
  readonly byHand: boolean;
}

/**
 * Makes the job of an instant, and answers its id; null, and a skip is noted, when the key of the occurrence belongs to
 * a job that does something else.
 *
 * @param before the jobs of the schedule that have not ended
 */
export function makeOccurrence(
  tx: Transaction,
  by: Actor,
  schedule: ScheduleRow,
  making: Making,
  before: readonly JobId[],
): JobId | null {
  const { at, byHand } = making;
  const jobId = submitted(tx, by, newJobOf(tx, schedule, making, before));
  if (jobId === null) {
    skipInstants(tx, by, schedule, { since: at, at, count: 1, reason: 'key' }, byHand);
    return null;
  }
  insert(tx, schedule, { at, since: at, count: 1, byHand, job: jobId, skipped: null });
  const data = { schedule: schedule.name, at, jobId, byHand };
  tx.journal(by, { type: 'schedule.fired', data, ctx: jobContext(jobId) });
  return jobId;
}

/** The occurrence itself is the key, so that its method can tell for which instant it runs. */
function newJobOf(
  tx: Transaction,
  { name, spec }: ScheduleRow,
  { at, jobId, notBefore }: Making,
  before: readonly JobId[],
): NewJobText {
  const { queue, method, version, input, priority, limits, policy, budget, deadlineMs, meta } = spec.job;
  const text = toJson(input, `the input of schedule ${name}`);
  const isQueued = spec.overlap === 'queue' && before.length > 0;
  return {
    ...{ jobId, queue, method, version, priority, limits, budget, notBefore },
    input: text,
    meta: meta === null ? null : toJson(meta, `the meta of schedule ${name}`),
    key: { key: `${name}@${new Date(at).toISOString()}`, digest: keyDigest(method, text), ever: false },
    deadline: deadlineMs === null ? null : (notBefore ?? tx.now) + deadlineMs,
    after: isQueued ? before : [],
    // It waits for those before it to end, however they do.
    policy: isQueued ? { ...policy, onDependency: 'run' } : policy,
    parent: null,
    retryOf: null,
  };
}

/** The id of the job; null when somebody else's job has its key. */
function submitted(tx: Transaction, by: Actor, job: NewJobText): JobId | null {
  try {
    return submitJobs(tx, { by, jobs: [job] })[0]?.jobId ?? null;
  } catch (error) {
    // It is found before anything is written.
    if (error instanceof EspalierError && error.code === 'ESP_KEY_CONFLICT') return null;
    throw error;
  }
}

/** Instants make no job, and this is why. */
export function skipInstants(
  tx: Transaction,
  by: Actor,
  schedule: Pick<ScheduleRow, 'schedule' | 'name'>,
  { since, at, count, reason }: SkippedInstants,
  byHand = false,
): void {
  insert(tx, schedule, { at, since, count, byHand, job: null, skipped: reason });
  tx.journal(by, { type: 'schedule.skipped', data: { schedule: schedule.name, since, at, count, reason } });
}

interface NewOccurrence extends Omit<SkippedInstants, 'reason'> {
  readonly byHand: boolean;
  readonly job: JobId | null;
  readonly skipped: SkippedInstants['reason'] | null;
}

/** A second row of one instant is refused by the table. */
function insert(tx: Transaction, { schedule }: Pick<ScheduleRow, 'schedule'>, occurrence: NewOccurrence): void {
  const { at, since, count, byHand, job, skipped } = occurrence;
  tx.db.run(
    `INSERT INTO occurrences (schedule, at, decided_at, by_hand, job, unfinished, skipped, since, count)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    schedule,
    at,
    tx.now,
    byHand ? 1 : 0,
    job,
    job === null ? 0 : 1,
    skipped,
    since,
    count,
  );
}

/** Forgets what is old. The cursor stays, so that nothing of it is ever made again. */
export function forgetOccurrences(tx: Transaction, { schedule }: Pick<ScheduleRow, 'schedule'>): void {
  tx.db.run(
    `DELETE FROM occurrences WHERE schedule = ? AND unfinished = 0 AND at <= (
       SELECT at FROM occurrences WHERE schedule = ? ORDER BY at DESC LIMIT 1 OFFSET ${MOST_KEPT})`,
    schedule,
    schedule,
  );
}

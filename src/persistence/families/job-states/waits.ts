import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { JobId } from '../../../machines/ids/job-id.js';
import { isEnded } from '../../../machines/work/job/states.js';
import type { Transaction } from '../../sql/transaction.js';
import { type Actor, queueJob } from './move.js';
import { type JobRow, jobOf, requireJob } from './records.js';

const attemptRow = z.object({ attempt: z.number() });

/** Throws unless this attempt of a job runs. @throws `ESP_CONFLICT` */
export function requireAttempt(tx: Transaction, { job, jobId }: JobRow, attempt: number): void {
  const found = tx.db.one(attemptRow, `SELECT attempt FROM attempts WHERE job = ? AND state = 'running'`, job);
  if (found?.attempt === attempt) return;
  throw new EspalierError('ESP_CONFLICT', `attempt ${attempt} of job ${jobId} is over`, { context: { job: jobId } });
}

/** In `awaited_by`: it had ended when it was named, so that no attempt ends for it. */
const ENDED_BEFORE = 0;

/**
 * Notes which jobs an attempt will have ended to wait for; `met`: they have all ended, and it need not. One that is among those
 * that its job came after stays that.
 *
 * @throws `ESP_NOT_FOUND`; `ESP_CONFLICT` for what could never end before this job does
 */
export function noteWaits(tx: Transaction, job: JobRow, attempt: number, awaits: readonly JobId[]): 'noted' | 'met' {
  const needed = [...new Set(awaits)].map((id) => requireJob(tx.db, id));
  const open = needed.filter(({ state }) => !isEnded(state));
  for (const one of open) requireNoCircle(tx, job, one);
  for (const one of needed) {
    tx.db.run(
      `INSERT INTO dependencies (job, needs, met, awaited_by) VALUES (?, ?, ?, ?)
       ON CONFLICT (job, needs) DO UPDATE SET met = excluded.met, awaited_by = excluded.awaited_by
       WHERE awaited_by IS NOT NULL`,
      job.job,
      one.job,
      isEnded(one.state) ? 1 : 0,
      open.length === 0 ? ENDED_BEFORE : attempt,
    );
  }
  return open.length === 0 ? 'met' : 'noted';
}

const foundRow = z.object({ found: z.number() });

/** What a job comes after, and what it waits for, are one graph: no way in it leads back. */
function requireNoCircle(tx: Transaction, { job, jobId }: JobRow, needed: JobRow): void {
  const refuse = (why: string) => {
    const message = `job ${jobId} cannot wait for job ${needed.jobId}: ${why}`;
    throw new EspalierError('ESP_CONFLICT', message, { context: { job: jobId, awaits: needed.jobId } });
  };
  if (needed.job === job) refuse('that is itself');
  const above = tx.db.one(
    foundRow,
    `WITH RECURSIVE line (job) AS (
       SELECT parent FROM job_details WHERE job = ?
       UNION SELECT d.parent FROM line JOIN job_details d ON d.job = line.job
     ) SELECT count(*) AS found FROM line WHERE job = ?`,
    job,
    needed.job,
  );
  if (above?.found !== 0) refuse('that is above it');
  const back = tx.db.one(
    foundRow,
    `WITH RECURSIVE way (job) AS (
       SELECT ?
       UNION SELECT n.needs FROM way JOIN dependencies n ON n.job = way.job WHERE n.met = 0
     ) SELECT count(*) AS found FROM way WHERE job = ?`,
    needed.job,
    job,
  );
  if (back?.found !== 0) refuse('that waits for it in turn');
}

/** Forgets the waits of an attempt that did not end to wait. Its questions stay; whoever has its number next has not asked them. */
export function dropWaits(tx: Transaction, job: number): void {
  tx.db.run('UPDATE dependencies SET awaited_by = ? WHERE job = ? AND awaited_by > 0 AND met = 1', ENDED_BEFORE, job);
  tx.db.run('UPDATE questions SET suspends = 0 WHERE job = ? AND suspends = 1', job);
  tx.db.run('DELETE FROM dependencies WHERE job = ? AND awaited_by IS NOT NULL AND met = 0', job);
}

/** Whether an attempt has said that it ends to wait. */
export function saidToWait(tx: Transaction, job: number, attempt: number): boolean {
  const said = tx.db.one(
    foundRow,
    `SELECT EXISTS (SELECT 1 FROM questions WHERE job = ? AND attempt = ? AND suspends = 1)
       OR EXISTS (SELECT 1 FROM dependencies WHERE job = ? AND awaited_by = ?) AS found`,
    ...[job, attempt, job, attempt],
  );
  return said?.found === 1;
}

/** A waiting job goes on once all that its last attempt waits for is there. False, and nothing changed, while it is not. */
export function resumeIfMet(tx: Transaction, by: Actor, number: number): boolean {
  const job = jobOf(tx.db, number);
  if (job?.state !== 'waiting' || isOpen(tx, number)) return false;
  return queueJob(tx, by, job, 'resumed');
}

function isOpen(tx: Transaction, job: number): boolean {
  const last = '(SELECT max(attempt) FROM attempts WHERE job = ?)';
  const open = tx.db.one(
    foundRow,
    `SELECT EXISTS (SELECT 1 FROM questions WHERE job = ? AND suspends = 1 AND answer IS NULL AND attempt = ${last})
       OR EXISTS (SELECT 1 FROM dependencies WHERE job = ? AND met = 0 AND awaited_by = ${last}) AS found`,
    ...[job, job, job, job],
  );
  return open?.found === 1;
}

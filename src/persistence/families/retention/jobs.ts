import { z } from 'zod';
import { JOB_OUTCOMES, type JobOutcome } from '../../../machines/work/job/states.js';
import type { Transaction } from '../../sql/transaction.js';
import { count } from '../job-states/move.js';

const neededRow = z.object({ needed: z.number() });

/** Jobs that one batch looks at, and removes, at most. */
const MOST_LOOKED_AT = 400;
const MOST_REMOVED = 100;

/** Where a batch goes on; null when the pass is over. */
export interface Batch<Next> {
  readonly removed: number;
  readonly next: Next | null;
}

const endedRow = z.object({
  job: z.number(),
  queue: z.string(),
  state: z.enum(JOB_OUTCOMES),
  ended_at: z.number(),
});

/**
 * Removes jobs that came to this end longer ago than they are kept. A pass looks at them in the order of their submission, and ends with the
 * first that was submitted later than that.
 *
 * @param after the job after which it goes on; 0 begins
 */
export function pruneJobs(
  tx: Transaction,
  { outcome, keptMs, after }: { outcome: JobOutcome; keptMs: number; after: number },
): Batch<number> {
  const before = tx.now - keptMs;
  const looked = tx.db.all(
    endedRow,
    `SELECT j.job, d.queue, j.state, d.ended_at FROM jobs j JOIN job_details d ON d.job = j.job
     WHERE j.run IS NULL AND j.state = ? AND j.job > ? AND d.submitted_at < ? ORDER BY j.job LIMIT ${MOST_LOOKED_AT}`,
    outcome,
    after,
    before,
  );
  let removed = 0;
  for (const { job, queue, state, ended_at } of looked) {
    if (removed === MOST_REMOVED) return { removed, next: job - 1 };
    if (ended_at >= before || isNeeded(tx, job)) continue;
    removeJob(tx, job);
    count(tx, queue, state, -1);
    removed += 1;
  }
  const last = looked.at(-1);
  return { removed, next: last !== undefined && looked.length === MOST_LOOKED_AT ? last.job : null };
}

/**
 * What names a job that it stays for: one that waits for it, or wants to know what it came to; one that belongs to it (a parent
 * goes after its children); a process of it that may still run.
 */
function isNeeded(tx: Transaction, job: number): boolean {
  const found = tx.db.one(
    neededRow,
    `SELECT EXISTS (SELECT 1 FROM dependencies n JOIN job_details d ON d.job = n.job
         WHERE n.needs = ? AND d.ended_at IS NULL)
       OR EXISTS (SELECT 1 FROM job_details WHERE parent = ?)
       OR EXISTS (SELECT 1 FROM attempts a JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id
         WHERE a.job = ? AND p.state <> 'gone') AS needed`,
    job,
    job,
    job,
  );
  return found?.needed === 1;
}

/** Numbers are given again: nothing may go on pointing to this one. */
function removeJob(tx: Transaction, job: number): void {
  tx.db.run('DELETE FROM dependencies WHERE needs = ?', job);
  tx.db.run('UPDATE job_details SET retry_of = NULL WHERE retry_of = ?', job);
  removeAttempts(tx, job);
  tx.db.run('DELETE FROM jobs WHERE job = ?', job);
}

/** The attempts of a job, with their output, their usage and their registrations. */
export function removeAttempts(tx: Transaction, job: number): void {
  tx.db.run('DELETE FROM limit_holders WHERE attempt IN (SELECT id FROM attempts WHERE job = ?)', job);
  tx.db.run(
    `DELETE FROM processes WHERE (run_id, spawn_id) IN (
       SELECT owner, spawn_id FROM attempts WHERE job = ? AND spawn_id IS NOT NULL)`,
    job,
  );
  tx.db.run('DELETE FROM attempts WHERE job = ?', job);
}

import type { JobId } from '../../../machines/ids/job-id.js';
import { type Amounts, jobRank } from '../../../machines/work/job/policy.js';
import { isEnded } from '../../../machines/work/job/states.js';
import type { Transaction } from '../../sql/transaction.js';
import { setBudgetOf } from '../job-states/budgets.js';
import { wishEnd } from '../job-states/ends.js';
import type { Actor } from '../job-states/move.js';
import { type JobRow, requireJob } from '../job-states/records.js';

/**
 * Asks for the end of a job, from any process, in any state: at once when nothing of it runs; otherwise its host ends what
 * runs first.
 */
export function cancelJob(
  tx: Transaction,
  { by, jobId, reason }: { by: Actor; jobId: JobId; reason: string | null },
): 'ended' | 'wanted' | 'over' {
  if (by !== '') tx.requireLive(by);
  return wishEnd(tx, by, requireJob(tx.db, jobId), { wanted: 'cancel', reason });
}

/** Changes the priority of a job that has not ended. One that has is left as it is: false. */
export function prioritiseJob(
  tx: Transaction,
  { by, jobId, priority }: { by: Actor; jobId: JobId; priority: number },
): boolean {
  if (by !== '') tx.requireLive(by);
  const job = requireJob(tx.db, jobId);
  if (isEnded(job.state)) return false;
  setRank(tx, job, priority);
  return true;
}

/** Changes what a job and all below it may use. One that has ended is left as it is: false. */
export function setBudget(
  tx: Transaction,
  { by, jobId, budget }: { by: Actor; jobId: JobId; budget: Amounts },
): boolean {
  if (by !== '') tx.requireLive(by);
  const job = requireJob(tx.db, jobId);
  if (isEnded(job.state)) return false;
  setBudgetOf(tx, by, job, budget);
  return true;
}

/** It keeps the time at which it could start: only its head start changes. */
function setRank(tx: Transaction, { job, queue, state, rank, priority: before }: JobRow, priority: number): void {
  const startableAt = rank - jobRank(0, before);
  const changed = jobRank(startableAt, priority);
  tx.db.run('UPDATE job_details SET priority = ?, rank = ? WHERE job = ?', priority, changed, job);
  if (state !== 'queued') return;
  tx.db.run('DELETE FROM startable WHERE queue = ? AND rank = ? AND job = ?', queue, rank, job);
  tx.db.run('INSERT INTO startable (queue, rank, job) VALUES (?, ?, ?)', queue, changed, job);
}

import { isEspalierError, toErrorRecord } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { EXIT_WAITS } from '../../../machines/work/job/policy.js';
import type { JobFinish } from '../../contract/jobs.js';
import { countRow, idRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import { endUnkeyedChildren } from './ends.js';
import type { FinishedJobText } from './finished.js';
import { waitJob } from './move.js';
import type { JobRow } from './records.js';
import { noteWaits, resumeIfMet, saidToWait } from './waits.js';

/**
 * The end of an attempt, as what it said before makes it: one that asked with `suspends`, or named jobs that it waits for, and
 * then ended well, has ended to wait. One that ends to wait for what can never come has failed.
 */
export function asSuspended(tx: Transaction, job: JobRow, attempt: FinishedJobText): FinishedJobText {
  const { how, exit, awaits = [] } = attempt;
  const isGood = how === 'suspended' || how === 'succeeded' || (how === 'failed' && exit?.code === EXIT_WAITS);
  if (!isGood) return attempt;
  const why = refusalOf(tx, job, attempt);
  if (why !== null) return { ...attempt, how: 'failed', error: JSON.stringify(why) };
  if (awaits.length > 0 || saidToWait(tx, job.job, attempt.attempt))
    return { ...attempt, how: 'suspended', error: null };
  if (how !== 'suspended') return attempt;
  const error = { code: 'ESP_INVALID', message: 'the attempt ended to wait, and has said for nothing' };
  return { ...attempt, how: 'failed', error: JSON.stringify(error) };
}

/** Why what it waits for is refused; null when it is not. */
function refusalOf(tx: Transaction, job: JobRow, { attempt, awaits = [] }: FinishedJobText) {
  try {
    noteWaits(tx, job, attempt, awaits);
    return null;
  } catch (error) {
    if (!isEspalierError(error)) throw error;
    return toErrorRecord(error);
  }
}

/**
 * The job waits from here on, or goes on at once if all is there by now. The jobs of its own that it waits for live, and what
 * those need; its other children without a key would not be met again.
 */
export function suspendJob(tx: Transaction, owner: RunId, job: JobRow, attempt: number): JobFinish {
  tx.db.run('UPDATE job_details SET crashes = 0, alone = 0 WHERE job = ?', job.job);
  const { open, jobs } = openOf(tx, job.job, attempt);
  waitJob(tx, owner, job, { attempt, questions: open, jobs });
  endUnkeyedChildren(tx, owner, job.job, attempt);
  return { type: resumeIfMet(tx, owner, job.job) ? 'resumed' : 'waiting' };
}

function openOf(tx: Transaction, job: number, attempt: number): { open: string[]; jobs: number } {
  const open = tx.db.all(
    idRow,
    'SELECT id FROM questions WHERE job = ? AND attempt = ? AND suspends = 1 AND answer IS NULL ORDER BY id',
    job,
    attempt,
  );
  const jobs = tx.db.one(
    countRow,
    'SELECT count(*) AS count FROM dependencies WHERE job = ? AND awaited_by = ? AND met = 0',
    job,
    attempt,
  );
  return { open: open.map(({ id }) => id), jobs: jobs?.count ?? 0 };
}

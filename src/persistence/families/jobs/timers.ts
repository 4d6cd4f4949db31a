import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { JobTick } from '../../contract/jobs.js';
import type { Connection } from '../../sql/connection.js';
import type { Transaction } from '../../sql/transaction.js';
import { wakeBudgets } from '../job-states/budgets.js';
import { wishEnd } from '../job-states/ends.js';
import { wakeLimits } from '../job-states/limits.js';
import { queueJob } from '../job-states/move.js';
import { jobOf, jobsWhere } from '../job-states/records.js';

/** Jobs that one call moves on, at most: other hosts wait meanwhile. */
const MOST_AT_ONCE = 500;

/**
 * Moves on what time alone moves: jobs whose delay or backoff is over, limits that have tokens again, jobs whose deadline has
 * passed. Idempotent, and any host may do it.
 */
export function tickJobs(tx: Transaction, { owner }: { owner: RunId }): JobTick {
  tx.requireLive(owner);
  for (const job of jobsWhere(tx.db, `d.parked_until <= ? ORDER BY d.parked_until LIMIT ${MOST_AT_ONCE}`, tx.now)) {
    queueJob(tx, owner, job, 'unparked');
  }
  wakeLimits(tx, owner);
  wakeBudgets(tx, owner);
  const late = jobsWhere(
    tx.db,
    `d.deadline <= ? AND d.ended_at IS NULL AND d.wanted IS NULL ORDER BY d.deadline LIMIT ${MOST_AT_ONCE}`,
    tx.now,
  );
  for (const { job } of late) {
    // As it stands now: the end of one is felt by those that wait for it, and by those below it.
    const now = jobOf(tx.db, job);
    if (now !== null) wishEnd(tx, owner, now, { wanted: 'deadline', reason: null });
  }
  const hasJobs = tx.db.one(newestRow, 'SELECT max(job) AS job FROM job_details')?.job != null;
  return { hasJobs, dueAt: nextDue(tx.db) };
}

const newestRow = z.object({ job: z.number().nullable() });
const dueRow = z.object({ at: z.number().nullable() });

/** When something that waits for a time is due; null when nothing is. */
function nextDue(db: Connection): number | null {
  const due = db.one(
    dueRow,
    `SELECT min(at) AS at FROM (
       SELECT min(parked_until) AS at FROM job_details WHERE parked_until IS NOT NULL
       UNION ALL SELECT min(wake_at) FROM limits WHERE wake_at IS NOT NULL
       UNION ALL SELECT min(deadline) FROM job_details WHERE deadline IS NOT NULL AND ended_at IS NULL AND wanted IS NULL)`,
  );
  return due?.at ?? null;
}

import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import { jobContext } from '../../../machines/ids/job-id.js';
import { decideRetry } from '../../../machines/work/retry.js';
import type { RunStatus } from '../../../machines/work/run/status.js';
import { json } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import { TRIES_BEFORE, triesBefore } from '../executions/tries.js';
import { NAMED, named, namedJob } from '../job-names.js';
import { loseJob } from './loss.js';

const runRow = z.object({ run: z.string() });

const policyOfLoss = z.object({ retries: z.number(), onLost: z.enum(['retry', 'fail']) });

const lostAttempt = z.object({
  attemptId: z.number(),
  job: z.number(),
  attempt: z.number(),
  ...named,
  /** Of its run; null of a job without one. */
  policy: json(policyOfLoss).nullable(),
  ...triesBefore,
  /** Whether what it ran could not be proven gone. */
  suspect: z.number(),
});

/**
 * Takes back what a host that ends leaves unfinished: its running attempts are lost, their slots return to the queue or
 * fail by their run's policy, and its runs in one of `statuses` are interrupted. A slot whose process may still run fails
 * whatever the policy: nothing runs beside its predecessor. What becomes of a job that belongs to no run is its own affair.
 */
export function loseWork(
  tx: Transaction,
  owner: RunId,
  { reason, how, statuses }: { reason: string; how: 'host_lost' | 'host_stopped'; statuses: readonly RunStatus[] },
): void {
  const attempts = tx.db.all(
    lostAttempt,
    `SELECT a.id AS attemptId, a.job, a.attempt, ${NAMED}, r.policy, coalesce(p.state = 'suspect', 0) AS suspect,
       ${TRIES_BEFORE}
     FROM attempts a JOIN jobs j ON j.job = a.job LEFT JOIN runs r ON r.number = j.run
       LEFT JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id
     WHERE a.owner = ? AND a.state = 'running' ORDER BY a.job`,
    owner,
  );
  for (const attempt of attempts) loseAttempt(tx, owner, { reason, how }, attempt);
  const runs = tx.db.all(
    runRow,
    `UPDATE runs SET status = 'interrupted', wish = NULL, updated_at = ?
     WHERE owner = ? AND status IN (${statuses.map((status) => `'${status}'`).join(', ')}) RETURNING run`,
    tx.now,
    owner,
  );
  for (const { run } of runs) tx.journal(owner, { type: 'run.interrupted', data: { run, reason }, ctx: { run } });
}

function loseAttempt(
  tx: Transaction,
  owner: RunId,
  { reason, how }: { reason: string; how: 'host_lost' | 'host_stopped' },
  lost: z.infer<typeof lostAttempt>,
): void {
  const { attemptId, job, attempt, policy } = lost;
  const isSuspect = lost.suspect === 1;
  const jobId = namedJob(lost);
  const error = isSuspect
    ? { code: 'ESP_QUARANTINED', message: `the attempt was lost: ${reason}; its process could not be proven gone` }
    : { code: 'ESP_FENCED', message: `the attempt was lost: ${reason}` };
  tx.db.run(
    `UPDATE attempts SET state = 'orphaned', error = ?, ended_at = ? WHERE id = ? AND state = 'running'`,
    JSON.stringify(error),
    tx.now,
    attemptId,
  );
  tx.journal(owner, { type: 'attempt.lost', data: { jobId, attempt, reason }, ctx: jobContext(jobId, attempt) });
  if (policy === null) {
    const end = { how, unproven: isSuspect ? error.message : undefined };
    return loseJob(tx, owner, { id: attemptId, job, jobId, attempt, error: JSON.stringify(error), end });
  }
  const tries = { endedBefore: lost.ended, lossesBefore: lost.lost };
  const { outcome, requeue } = decideRetry({ how: 'host_lost', unproven: isSuspect }, tries, policy);
  tx.db.run(
    `UPDATE jobs SET state = ?, final = ? WHERE job = ? AND state = 'running'`,
    requeue ? 'queued' : outcome,
    requeue ? null : attemptId,
    job,
  );
}

import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import { type AttemptRef, type JobId, jobContext, jobName } from '../../../machines/ids/job-id.js';
import type { AttemptState } from '../../../machines/work/attempt.js';
import type { AttemptWorker, Claim, Claimed, FinishedAttempt, Late } from '../../contract/attempts.js';
import type { Transaction } from '../../sql/transaction.js';
import { dropClaim, endProcess, recordEnd } from '../executions/end.js';
import { TRIES_BEFORE, triesBefore } from '../executions/tries.js';
import { isJob } from '../job-names.js';
import { intendProcess } from '../processes/writes.js';
import { runningAttempt } from '../running-attempt.js';
import { requireOwn } from '../runs/records.js';

/** A claimed job; its input is JSON text. */
type ClaimedText = Omit<Claimed, 'input'> & { readonly input: string };

/** How an attempt ended; its result and error are JSON text. */
export type FinishedText = Omit<FinishedAttempt, 'result' | 'error'> & {
  readonly result: string | null;
  readonly error: string | null;
};

const queuedRow = z.object({
  job: z.number(),
  epoch: z.number(),
  input: z.string(),
  last: z.number(),
  ...triesBefore,
});

function claimJobs(tx: Transaction, { owner, claims }: { owner: RunId; claims: readonly Claim[] }): ClaimedText[] {
  tx.requireLive(owner);
  return claims.flatMap((claim) => claimJob(tx, owner, claim) ?? []);
}

function claimJob(tx: Transaction, owner: RunId, { jobId, process }: Claim): ClaimedText | null {
  if (!mayStart(tx, owner, jobId)) return null;
  const { condition, values } = isJob(jobId);
  const found = tx.db.one(
    queuedRow,
    `SELECT j.job, j.epoch, j.input, coalesce((SELECT max(attempt) FROM attempts a WHERE a.job = j.job), 0) AS last,
       ${TRIES_BEFORE}
     FROM jobs j WHERE ${condition} AND j.state = 'queued'`,
    ...values,
  );
  if (found === undefined) return null;
  const { job, input, ended, lost } = found;
  const attempt = found.last + 1;
  const epoch = found.epoch + 1;
  const spawnId = process?.spawnId ?? null;
  tx.db.run(`UPDATE jobs SET state = 'running', epoch = ? WHERE job = ? AND state = 'queued'`, epoch, job);
  tx.db.run(
    `INSERT INTO attempts (job, epoch, attempt, owner, spawn_id, state, started_at) VALUES (?, ?, ?, ?, ?, 'running', ?)`,
    job,
    epoch,
    attempt,
    owner,
    spawnId,
    tx.now,
  );
  if (process !== null) {
    const intent = { ...process, runId: owner, incarnation: attempt, command: [] };
    intendProcess(tx, intent, { job, jobId, attempt });
  }
  return { jobId, epoch, attempt, spawnId, endedBefore: ended, lossesBefore: lost, input };
}

/** A slot starts while its run does. A job without a run is claimed from its queue, not by its id. */
function mayStart(tx: Transaction, owner: RunId, jobId: JobId): boolean {
  const name = jobName(jobId);
  if (name.kind === 'job') return false;
  const { status } = requireOwn(tx.db, name.run, owner);
  return status === 'running' || status === 'paused';
}

function releaseClaims(
  tx: Transaction,
  { owner, claims }: { owner: RunId; claims: readonly AttemptRef[] },
): ('released' | Late)[] {
  tx.requireLive(owner);
  return claims.map((claim) => releaseClaim(tx, owner, claim));
}

function releaseClaim(tx: Transaction, owner: RunId, claim: AttemptRef): 'released' | Late {
  const dropped = dropClaim(tx, owner, claim);
  if (dropped === null) return 'late';
  tx.db.run(`UPDATE jobs SET state = 'queued' WHERE job = ? AND state = 'running'`, dropped.job);
  return 'released';
}

function attemptStarted(
  tx: Transaction,
  { owner, attempt, worker }: { owner: RunId; attempt: AttemptRef; worker: AttemptWorker },
): 'recorded' | Late {
  if (runningAttempt(tx.db, owner, attempt) === null) return 'late';
  tx.requireLive(owner);
  const { jobId, attempt: number } = attempt;
  const { path, incarnation, pid } = worker;
  const data = { jobId, attempt: number, pid };
  tx.journal(owner, { type: 'attempt.started', path, incarnation, data, ctx: jobContext(jobId, number) });
  return 'recorded';
}

function finishAttempt(
  tx: Transaction,
  { owner, attempt }: { owner: RunId; attempt: FinishedText },
): 'recorded' | Late {
  const { jobId, attempt: number, outcome } = attempt;
  const data = { jobId, attempt: number, outcome };
  const ctx = jobContext(jobId, number);
  const running = runningAttempt(tx.db, owner, attempt);
  if (running === null) {
    // A fenced host's attempts are lost, so it lands here: its result is told, and changes nothing.
    tx.journal(owner, { type: 'attempt.late', data, ctx });
    return 'late';
  }
  tx.requireLive(owner);
  recordEnd(tx, running.id, endState(attempt), attempt);
  tx.db.run(
    `UPDATE jobs SET state = ?, final = ? WHERE job = ? AND state = 'running'`,
    attempt.requeue ? 'queued' : outcome,
    attempt.requeue ? null : running.id,
    running.job,
  );
  endProcess(tx, owner, running.spawnId, attempt);
  if (attempt.lost === true) {
    const reason =
      running.spawnId === null ? 'its worker ended while it had the call' : 'nobody saw the end of its process';
    tx.journal(owner, { type: 'attempt.lost', data: { jobId, attempt: number, reason }, ctx });
  } else {
    tx.journal(owner, { type: 'attempt.ended', data, ctx });
  }
  return 'recorded';
}

/** Beside the outcomes: what was lost or interrupted did not end by itself, and is not counted with those that did. */
function endState(attempt: FinishedText): AttemptState {
  if (attempt.lost === true) return 'lost';
  return attempt.requeue && attempt.outcome === 'cancelled' ? 'interrupted' : attempt.outcome;
}

/** What is written of attempts, by name. */
export const attemptWrites = {
  'attempts.claim': claimJobs,
  'attempts.release': releaseClaims,
  'attempts.started': attemptStarted,
  'attempts.finish': finishAttempt,
};

import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { Claim, Claimed, FinishedAttempt } from '../../contract/attempts.js';
import type { Transaction } from '../../sql/transaction.js';
import { keepStreams } from '../outputs/writes.js';
import { findProcess } from '../processes/reads.js';
import { intendProcess, processGone, processSuspect } from '../processes/writes.js';
import { requireOwn } from '../runs/records.js';
import { TRIES_BEFORE, triesBefore } from './tries.js';

/** A claimed slot; its input is JSON text. */
type ClaimedText = Omit<Claimed, 'input'> & { readonly input: string };

/** How an attempt ended; its result and error are JSON text. */
export type FinishedText = Omit<FinishedAttempt, 'result' | 'error'> & {
  readonly result: string | null;
  readonly error: string | null;
};

const queuedRow = z.object({
  job: z.number(),
  input: z.string(),
  last: z.number(),
  ...triesBefore,
});

function claimSlots(tx: Transaction, { owner, claims }: { owner: RunId; claims: readonly Claim[] }): ClaimedText[] {
  tx.requireLive(owner);
  return claims.flatMap((claim) => claimSlot(tx, owner, claim) ?? []);
}

function claimSlot(tx: Transaction, owner: RunId, claim: Claim): ClaimedText | null {
  const { run, index, spawnId, path } = claim;
  const head = requireOwn(tx.db, run, owner);
  if (head.status !== 'running' && head.status !== 'paused') return null;
  const slot = tx.db.one(
    queuedRow,
    `SELECT j.job, j.input, coalesce((SELECT max(attempt) FROM attempts a WHERE a.job = j.job), 0) AS last,
       ${TRIES_BEFORE}
     FROM jobs j WHERE j.run = ? AND j.idx = ? AND j.state = 'queued'`,
    head.number,
    index,
  );
  if (slot === undefined) return null;
  const jobId = `${run}:${index}`;
  const attempt = slot.last + 1;
  tx.db.run(`UPDATE jobs SET state = 'running' WHERE job = ? AND state = 'queued'`, slot.job);
  tx.db.run(
    `INSERT INTO attempts (job, attempt, owner, spawn_id, state, started_at) VALUES (?, ?, ?, ?, 'running', ?)`,
    slot.job,
    attempt,
    owner,
    spawnId,
    tx.now,
  );
  intendProcess(tx, { spawnId, runId: owner, path, incarnation: attempt, jobId, attempt, command: [] });
  return { run, index, jobId, spawnId, attempt, endedBefore: slot.ended, lossesBefore: slot.lost, input: slot.input };
}

/** Names one attempt. */
type AttemptRef = Pick<Claimed, 'run' | 'index' | 'attempt' | 'spawnId'>;

const jobRow = z.object({ job: z.number() });

/** The job of an attempt that runs for `owner`, or null. */
function runningJob(tx: Transaction, owner: RunId, at: AttemptRef): number | null {
  const found = tx.db.one(
    jobRow,
    `SELECT a.job FROM runs r JOIN jobs j ON j.run = r.number JOIN attempts a ON a.job = j.job
     WHERE r.run = ? AND j.idx = ? AND a.attempt = ? AND a.spawn_id = ? AND a.owner = ? AND a.state = 'running'`,
    at.run,
    at.index,
    at.attempt,
    at.spawnId,
    owner,
  );
  return found?.job ?? null;
}

function releaseClaims(tx: Transaction, { owner, claims }: { owner: RunId; claims: readonly AttemptRef[] }): void {
  tx.requireLive(owner);
  for (const claim of claims) {
    const job = runningJob(tx, owner, claim);
    if (job === null) continue;
    const process = findProcess(tx.db, owner, claim.spawnId);
    if (process !== null && process.identity !== null) {
      throw new EspalierError('ESP_CONFLICT', `slot ${claim.index} of run ${claim.run} has a process: it must finish`);
    }
    tx.db.run('DELETE FROM processes WHERE run_id = ? AND spawn_id = ?', owner, claim.spawnId);
    tx.db.run('DELETE FROM attempts WHERE job = ? AND attempt = ?', job, claim.attempt);
    tx.db.run(`UPDATE jobs SET state = 'queued' WHERE job = ? AND state = 'running'`, job);
  }
}

function finishAttempt(
  tx: Transaction,
  { owner, attempt }: { owner: RunId; attempt: FinishedText },
): 'recorded' | 'late' {
  const jobId = `${attempt.run}:${attempt.index}`;
  const number = attempt.attempt;
  const data = { jobId, attempt: number, outcome: attempt.outcome };
  const ctx = { run: attempt.run, job: jobId, attempt: number };
  const job = runningJob(tx, owner, attempt);
  if (job === null) {
    // A fenced host's attempts are lost, so it lands here: its result is told, and changes nothing.
    tx.journal(owner, { type: 'attempt.late', data, ctx });
    return 'late';
  }
  tx.requireLive(owner);
  recordEnd(tx, job, attempt);
  const ends = attempt.requeue ? 'queued' : attempt.outcome;
  tx.db.run(
    `UPDATE jobs SET state = ?, final = ? WHERE job = ? AND state = 'running'`,
    ends,
    attempt.requeue ? null : number,
    job,
  );
  const process = { actor: owner, runId: owner, spawnId: attempt.spawnId };
  if (attempt.unproven === undefined) processGone(tx, { ...process, exit: attempt.exit });
  else processSuspect(tx, { ...process, reason: attempt.unproven });
  if (attempt.lost === true) {
    const reason = 'nobody saw the end of its process';
    tx.journal(owner, { type: 'attempt.lost', data: { jobId, attempt: number, reason }, ctx });
  } else {
    tx.journal(owner, { type: 'attempt.ended', data, ctx });
  }
  return 'recorded';
}

function recordEnd(tx: Transaction, job: number, attempt: FinishedText): void {
  const { exit, output } = attempt;
  const cut = output !== undefined && keepStreams(tx, job, attempt.attempt, output);
  tx.db.run(
    `UPDATE attempts SET state = ?, exec = max(exec, ?), truncated = max(truncated, ?), held_open = ?, exit_code = ?,
       exit_signal = ?, duration_ms = ?, ended_at = ?, error = ?, result = ?
     WHERE job = ? AND attempt = ? AND state = 'running'`,
    endState(attempt),
    exit === null && output === undefined ? 0 : 1,
    cut ? 1 : 0,
    attempt.heldOpen === true ? 1 : 0,
    exit?.code ?? null,
    exit?.signal ?? null,
    Math.round(attempt.durationMs),
    tx.now,
    attempt.error,
    attempt.result,
    job,
    attempt.attempt,
  );
}

/** Beside the outcomes: what was lost or interrupted did not end by itself, and is not counted with those that did. */
function endState(attempt: FinishedText): string {
  if (attempt.lost === true) return 'lost';
  return attempt.requeue && attempt.outcome === 'cancelled' ? 'interrupted' : attempt.outcome;
}

/** What is written of attempts, by name. */
export const attemptWrites = {
  'attempts.claim': claimSlots,
  'attempts.release': releaseClaims,
  'attempts.finish': finishAttempt,
};

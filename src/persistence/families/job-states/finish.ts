import { z } from 'zod';
import type { ErrorRecord } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { jobContext } from '../../../machines/ids/job-id.js';
import type { AttemptState } from '../../../machines/work/attempt.js';
import { decideJobEnd, type JobAttemptEnd, type JobVerdict } from '../../../machines/work/job/decide-end.js';
import { jobRank } from '../../../machines/work/job/policy.js';
import type { JobOutcome } from '../../../machines/work/job/states.js';
import type { JobFinish } from '../../contract/jobs.js';
import type { Transaction } from '../../sql/transaction.js';
import { endProcess, recordEnd } from '../executions/end.js';
import { TRIES_BEFORE, triesBefore } from '../executions/tries.js';
import { runningAttempt } from '../running-attempt.js';
import { freeReserve, keepWithin, noteUsage } from './budgets.js';
import { withCommit } from './commit.js';
import { endUnkeyedChildren, settleJob } from './ends.js';
import type { FinishedJobText } from './finished.js';
import { releaseLimits } from './limits.js';
import { parkJob, queueJob } from './move.js';
import { type JobRow, jobOf, keptError } from './records.js';
import { asSuspended, suspendJob } from './suspend.js';
import { dropWaits } from './waits.js';

const triesRow = z.object(triesBefore);

/**
 * Records the end of an attempt and decides, in the same operation, what becomes of its job: what was wished of it before is
 * read here.
 *
 * @param random in [0, 1), for the spread of a backoff
 */
export function finishJob(
  tx: Transaction,
  { owner, attempt: told, random }: { owner: RunId; attempt: FinishedJobText; random: number },
): JobFinish {
  // Counted before anything is let go on, and never fenced; what follows from it comes after the end that it came with.
  const spender = noteUsage(tx, told, told.usage ?? {});
  if (told.unreadLines !== undefined) {
    const { jobId, attempt: number, unreadLines: lines } = told;
    const data = { jobId, attempt: number, lines };
    tx.journal(owner, { type: 'usage.skipped', data, ctx: jobContext(jobId, number) });
  }
  const finished = concludeAttempt(tx, { owner, told, random });
  if (spender !== null) keepWithin(tx, owner, spender);
  return finished;
}

function concludeAttempt(
  tx: Transaction,
  { owner, told, random }: { owner: RunId; told: FinishedJobText; random: number },
): JobFinish {
  const running = runningAttempt(tx.db, owner, told);
  const job = running === null ? null : jobOf(tx.db, running.job);
  if (running === null || job === null) {
    const { jobId, attempt: number } = told;
    const data = { jobId, attempt: number, outcome: recordedOutcome(told.how) };
    tx.journal(owner, { type: 'attempt.late', data, ctx: jobContext(jobId, number) });
    return { type: 'late' };
  }
  tx.requireLive(owner);
  const attempt = withCommit(tx, owner, job, asSuspended(tx, job, told));
  const verdict = decide(tx, job, attempt, random);
  recordEnd(tx, running.id, STATES[attempt.how], attempt);
  endProcess(tx, owner, running.spawnId, attempt);
  tellEnd(tx, owner, attempt, verdict);
  return conclude(tx, owner, job, { id: running.id, number: attempt.attempt, error: attempt.error }, verdict);
}

/** An attempt whose job goes on: the end of a job says by itself how its last one ended. */
function tellEnd(tx: Transaction, owner: RunId, { jobId, attempt, how }: FinishedJobText, { type }: JobVerdict): void {
  const ctx = jobContext(jobId, attempt);
  if (how === 'lost') {
    const reason = 'nobody saw its end';
    tx.journal(owner, { type: 'attempt.lost', data: { jobId, attempt, reason }, ctx });
  } else if (type === 'retried') {
    tx.journal(owner, { type: 'attempt.ended', data: { jobId, attempt, outcome: recordedOutcome(how) }, ctx });
  }
}

/** What is kept of each end. */
const STATES: Readonly<Record<FinishedJobText['how'], AttemptState>> = {
  succeeded: 'succeeded',
  suspended: 'suspended',
  failed: 'failed',
  timed_out: 'timed_out',
  interrupted: 'interrupted',
  lost: 'lost',
  unfit: 'failed',
};

function recordedOutcome(how: FinishedJobText['how']) {
  if (how === 'interrupted' || how === 'suspended') return 'cancelled' as const;
  return how === 'lost' || how === 'unfit' ? ('failed' as const) : how;
}

/** What becomes of a job when an attempt ends so. */
export function decide(tx: Transaction, job: JobRow, end: JobAttemptEnd, random: number): JobVerdict {
  const tries = tx.db.one(triesRow, `SELECT ${TRIES_BEFORE} FROM jobs j WHERE j.job = ?`, job.job);
  const { wanted, crashes, alone, policy, wantedWhy } = job;
  const before = { wanted, crashes, alone, endedBefore: tries?.ended ?? 0, lossesBefore: tries?.lost ?? 0 };
  return decideJobEnd(end, before, policy, { reason: wantedWhy, random });
}

/** An attempt that has ended: in the store, by its number, and with the error that it ended with, as JSON text. */
export interface EndedAttempt {
  readonly id: number;
  readonly number: number;
  readonly error: string | null;
}

/** Does what was decided of a job whose attempt has ended, and frees what that attempt held. */
export function conclude(
  tx: Transaction,
  owner: RunId,
  job: JobRow,
  attempt: EndedAttempt,
  verdict: JobVerdict,
): JobFinish {
  const { id, number } = attempt;
  // Whatever it held is free from here on, also for its own job.
  releaseLimits(tx, owner, id);
  freeReserve(tx, owner, job.job, id);
  if (verdict.type === 'suspended') return suspendJob(tx, owner, job, number);
  dropWaits(tx, job.job);
  if (verdict.type === 'ended') {
    const { outcome } = verdict;
    const error = verdict.error ?? errorOf(attempt, outcome);
    settleJob(tx, owner, job, { outcome, error, attempt: { id, number } });
    return { type: 'ended', outcome };
  }
  endUnkeyedChildren(tx, owner, job.job);
  if (verdict.type === 'returned') {
    const { crashes, alone } = verdict;
    tx.db.run('UPDATE job_details SET crashes = ?, alone = ? WHERE job = ?', crashes, alone ? 1 : 0, job.job);
    queueJob(tx, owner, job, 'returned');
    return { type: 'returned' };
  }
  retry(tx, owner, job, verdict.delayMs);
  return { type: 'retried', delayMs: verdict.delayMs };
}

/** It stands behind what can start before it is tried again. A death of its host before says nothing any more. */
function retry(tx: Transaction, owner: RunId, job: JobRow, delayMs: number): void {
  const at = tx.now + delayMs;
  const rank = jobRank(at, job.priority);
  tx.db.run('UPDATE job_details SET rank = ?, crashes = 0, alone = 0 WHERE job = ?', rank, job.job);
  const later = { ...job, rank };
  if (delayMs > 0) parkJob(tx, owner, later, 'retried', { reason: 'backoff', for: '', until: at });
  else queueJob(tx, owner, later, 'retried');
}

function errorOf({ error }: EndedAttempt, outcome: JobOutcome): ErrorRecord | null {
  return outcome === 'succeeded' || error === null ? null : keptError.parse(error);
}

import type { RunId } from '../../../ids.js';
import type { AttemptRef, JobId } from '../../../machines/ids/job-id.js';
import { type JobAttemptEnd, wantedEnd } from '../../../machines/work/job/decide-end.js';
import type { Transaction } from '../../sql/transaction.js';
import { dropClaim } from '../executions/end.js';
import { runningAttempt } from '../running-attempt.js';
import { freeReserveOf } from './budgets.js';
import { settleJob } from './ends.js';
import { conclude, decide } from './finish.js';
import { releaseLimits } from './limits.js';
import { jobOf } from './records.js';

/** An attempt of a job whose host has ended. */
export interface LostJobAttempt {
  readonly id: number;
  readonly job: number;
  readonly jobId: JobId;
  readonly attempt: number;
  /** As JSON text. */
  readonly error: string;
  readonly end: JobAttemptEnd;
}

/** What becomes of a job whose host ended while an attempt of it ran; that attempt is written off already. */
export function loseJob(tx: Transaction, owner: RunId, lost: LostJobAttempt): void {
  const job = jobOf(tx.db, lost.job);
  if (job === null) return;
  // Nobody is there to be spread over: it goes on at once.
  conclude(tx, owner, job, { id: lost.id, number: lost.attempt, error: lost.error }, decide(tx, job, lost.end, 0));
}

/** Gives back claims of jobs that were not begun: nothing of them ran, and nothing is counted. Answers for each. */
export function releaseJobs(
  tx: Transaction,
  { owner, claims }: { owner: RunId; claims: readonly AttemptRef[] },
): ('released' | 'late')[] {
  tx.requireLive(owner);
  return claims.map((claim) => {
    if (runningAttempt(tx.db, owner, claim) !== null) freeReserveOf(tx, owner, claim);
    const dropped = dropClaim(tx, owner, claim);
    if (dropped === null) return 'late';
    returnJob(tx, owner, dropped, claim.attempt);
    return 'released';
  });
}

/** What was wished of it meanwhile is done now: nothing else of it will be written. */
function returnJob(
  tx: Transaction,
  owner: RunId,
  { id, job: number }: { id: number; job: number },
  attempt: number,
): void {
  const job = jobOf(tx.db, number);
  if (job === null) return;
  if (job.wanted !== null) {
    // Nothing refers to that attempt any more: its number may be given to another one.
    releaseLimits(tx, owner, id);
    settleJob(tx, owner, job, wantedEnd(job.wanted, job.wantedWhy));
    return;
  }
  conclude(
    tx,
    owner,
    job,
    { id, number: attempt, error: null },
    { type: 'returned', crashes: job.crashes, alone: job.alone },
  );
}

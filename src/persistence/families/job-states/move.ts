import type { ErrorRecord } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { jobContext } from '../../../machines/ids/job-id.js';
import { type JobEvent, mayMove } from '../../../machines/work/job/machine.js';
import type { ParkedReason } from '../../../machines/work/job/policy.js';
import type { JobOutcome, JobState } from '../../../machines/work/job/states.js';
import type { Transaction } from '../../sql/transaction.js';
import type { JobRow } from './records.js';

/** Who makes a change: a host, or a command line, which is ''. */
export type Actor = RunId | '';

/** Why a job is parked. */
export interface Parking {
  readonly reason: ParkedReason;
  /** What ends it: the name of a limit, of a method, of a version; '' where time alone does. */
  readonly for: string;
  readonly until: number | null;
}

/** What is the same of a job whatever is done with it. */
type Moved = Pick<JobRow, 'job' | 'jobId' | 'queue' | 'rank' | 'state'>;

/**
 * The one change of a job's state: it keeps the claim's index, the counts of the queue and the reason of parking true. False,
 * and nothing changed, when the job's machine has no such transition.
 *
 * @param final the attempt that the job ends with
 */
function move(tx: Transaction, job: Moved, event: JobEvent, final: number | null = null): boolean {
  const { job: number, state, queue, rank } = job;
  if (!mayMove(state, event)) return false;
  const changed = tx.db.run(
    'UPDATE jobs SET state = ?, final = ? WHERE job = ? AND state = ?',
    event.to,
    final,
    number,
    state,
  );
  if (changed === 0) return false;
  if (state === 'queued') {
    tx.db.run('DELETE FROM startable WHERE queue = ? AND rank = ? AND job = ?', queue, rank, number);
  }
  if (event.to === 'queued')
    tx.db.run('INSERT INTO startable (queue, rank, job) VALUES (?, ?, ?)', queue, rank, number);
  if (state === 'parked') {
    tx.db.run('UPDATE job_details SET parked = NULL, parked_for = NULL, parked_until = NULL WHERE job = ?', number);
  }
  count(tx, queue, state, -1);
  count(tx, queue, event.to, 1);
  return true;
}

/** Adds to the number of a queue's jobs in a state. */
export function count(tx: Transaction, queue: string, state: JobState, by: number): void {
  tx.db.run(
    `INSERT INTO queue_counts (queue, state, count) VALUES (?, ?, ?)
     ON CONFLICT (queue, state) DO UPDATE SET count = count + excluded.count`,
    queue,
    state,
    by,
  );
}

/** The types of the events that can lead to a state. */
type LeadingTo<S, E = JobEvent> = E extends { readonly type: infer N; readonly to: infer T }
  ? S extends T
    ? N
    : never
  : never;
type QueuedBy = LeadingTo<'queued'>;
type ParkedBy = LeadingTo<'parked'>;

/** The job can start. */
export function queueJob(tx: Transaction, by: Actor, job: Moved, type: QueuedBy): boolean {
  if (!move(tx, job, { type, to: 'queued' })) return false;
  const { jobId, queue } = job;
  tx.journal(by, { type: 'job.queued', data: { jobId, queue }, ctx: { ...jobContext(jobId), queue } });
  return true;
}

/** The job cannot start now, and this is why. */
export function parkJob(tx: Transaction, by: Actor, job: Moved, type: ParkedBy, parking: Parking): boolean {
  if (!move(tx, job, { type, to: 'parked' })) return false;
  const { jobId, queue } = job;
  const { reason, until } = parking;
  noteParking(tx, job.job, parking);
  const data = { jobId, queue, reason, for: parking.for, until };
  tx.journal(by, { type: 'job.parked', data, ctx: { ...jobContext(jobId), queue } });
  return true;
}

/** Why a job that is parked is. What waits for a limit is woken by that, not one by one. */
export function noteParking(tx: Transaction, job: number, { reason, for: what, until }: Parking): void {
  const due = reason === 'limit' ? null : until;
  tx.db.run(
    'UPDATE job_details SET parked = ?, parked_for = ?, parked_until = ? WHERE job = ?',
    reason,
    what,
    due,
    job,
  );
}

/** Its attempt has ended, and it waits for what that named. */
export function waitJob(
  tx: Transaction,
  by: Actor,
  job: Moved,
  { attempt, ...waits }: { readonly attempt: number; readonly questions: readonly string[]; readonly jobs: number },
): boolean {
  if (!move(tx, job, { type: 'suspended', to: 'waiting' })) return false;
  const { jobId, queue } = job;
  tx.journal(by, {
    type: 'job.waiting',
    data: { jobId, queue, attempt, ...waits },
    ctx: { ...jobContext(jobId, attempt), queue },
  });
  return true;
}

/** The job is being executed. */
export function startJob(tx: Transaction, job: Moved): boolean {
  return move(tx, job, { type: 'claimed', to: 'running' });
}

/** The job comes to its end, which nothing changes any more. */
export function endJob(
  tx: Transaction,
  by: Actor,
  job: JobRow,
  end: {
    readonly outcome: JobOutcome;
    readonly error: ErrorRecord | null;
    /** The attempt that it ends with, in the store and by its number. */
    readonly attempt?: { readonly id: number; readonly number: number };
  },
): boolean {
  const { outcome, error, attempt } = end;
  if (!move(tx, job, { type: 'ended', to: outcome }, attempt?.id ?? null)) return false;
  const { jobId, queue, key } = job;
  tx.db.run(
    'UPDATE job_details SET ended_at = ?, error = ? WHERE job = ?',
    tx.now,
    error === null ? null : JSON.stringify(error),
    job.job,
  );
  if (key !== null)
    tx.db.run('DELETE FROM job_keys WHERE queue = ? AND key = ? AND id = ? AND ever = 0', queue, key, jobId);
  const data = { jobId, queue, outcome, error };
  tx.journal(by, { type: 'job.ended', data, ctx: { ...jobContext(jobId, attempt?.number), queue } });
  return true;
}

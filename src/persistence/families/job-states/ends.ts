import type { ErrorRecord } from '../../../errors.js';
import { jobContext } from '../../../machines/ids/job-id.js';
import { wantedEnd } from '../../../machines/work/job/decide-end.js';
import { type JobWish, jobRank } from '../../../machines/work/job/policy.js';
import type { JobOutcome, JobState } from '../../../machines/work/job/states.js';
import type { Transaction } from '../../sql/transaction.js';
import { meetDependency, neededSince, prospectOf } from './dependencies.js';
import { passOnLimits } from './limits.js';
import { type Actor, endJob, parkJob, queueJob } from './move.js';
import { type JobRow, jobOf, jobsWhere } from './records.js';
import { resumeIfMet } from './waits.js';

/** How a job ends, and with which attempt. */
export interface JobEnd {
  readonly outcome: JobOutcome;
  readonly error: ErrorRecord | null;
  /** In the store, and by its number. */
  readonly attempt?: { readonly id: number; readonly number: number };
}

/**
 * Ends a job with what follows from that: those that waited for it go on, or are skipped, and so on; the jobs below it end if
 * it did not succeed. False, and nothing changed, when it has ended already.
 */
export function settleJob(tx: Transaction, by: Actor, job: JobRow, end: JobEnd): boolean {
  if (!endJob(tx, by, job, end)) return false;
  // A list, not a recursion: what waits for what may be a long chain.
  const ended = [settled(job, end.outcome)];
  for (const one of ended) {
    if (one.from === 'queued') passOnLimits(tx, by, one.job);
    if (one.from === 'running' && one.parent !== null) freeAncestors(tx, by, one.job);
    for (const waiting of meetDependency(tx, one.job)) ended.push(...goOn(tx, by, waiting));
    if (one.outcome !== 'succeeded') ended.push(...endChildren(tx, by, one.job));
  }
  return true;
}

/** One above that is to be tried again waits until what ran below it is gone; whether all of it is, its claim sees. */
function freeAncestors(tx: Transaction, by: Actor, child: number): void {
  const waiting = `d.parked = 'children' AND d.job IN (
    WITH RECURSIVE line (job) AS (
      SELECT parent FROM job_details WHERE job = ?
      UNION ALL SELECT d.parent FROM line l JOIN job_details d ON d.job = l.job
    ) SELECT job FROM line WHERE job IS NOT NULL)`;
  for (const ancestor of jobsWhere(tx.db, waiting, child)) queueJob(tx, by, ancestor, 'unparked');
}

interface Settled {
  readonly job: number;
  readonly parent: number | null;
  readonly outcome: JobOutcome;
  readonly from: JobState;
}

function settled({ job, parent, state }: JobRow, outcome: JobOutcome): Settled {
  return { job, parent, outcome, from: state };
}

/** Lets a job go on, if nothing is left that it waits for. Answers it when it ended instead. */
export function goOn(tx: Transaction, by: Actor, number: number): Settled[] {
  if (resumeIfMet(tx, by, number)) return [];
  const job = jobOf(tx.db, number);
  if (job?.state !== 'blocked') return [];
  const prospect = prospectOf(tx, job);
  switch (prospect.type) {
    case 'waits':
      return [];
    case 'goes':
      unblock(tx, by, job);
      return [];
    case 'fails': {
      const { jobId, state } = prospect.because;
      const error = { code: 'ESP_ABORTED', message: `it was to start after job ${jobId}, which is ${state}` };
      endJob(tx, by, job, { outcome: 'skipped', error });
      return [settled(job, 'skipped')];
    }
    default:
      return prospect satisfies never;
  }
}

/** Its time in the queue counts from here. */
function unblock(tx: Transaction, by: Actor, job: JobRow): void {
  const { notBefore } = job;
  const rank = jobRank(Math.max(tx.now, notBefore ?? 0), job.priority);
  tx.db.run('UPDATE job_details SET rank = ? WHERE job = ?', rank, job.job);
  const isEarly = notBefore !== null && notBefore > tx.now;
  if (isEarly) parkJob(tx, by, job, 'unblocked', { reason: 'not_before', for: '', until: notBefore });
  else queueJob(tx, by, { ...job, rank }, 'unblocked');
}

/**
 * Ends a job from outside: at once when nothing of it runs; otherwise it is wanted, and its host ends what runs first.
 *
 * @returns whether it has ended, is to end now, or had ended before
 */
export function wishEnd(
  tx: Transaction,
  by: Actor,
  job: JobRow,
  wish: { readonly wanted: JobWish; readonly reason: string | null },
): 'ended' | 'wanted' | 'over' {
  const { wanted, reason } = wish;
  if (job.state !== 'running') return settleJob(tx, by, job, wantedEnd(wanted, reason)) ? 'ended' : 'over';
  // The first wish stands: what it says is why the job ends.
  if (job.wanted !== null) return 'wanted';
  noteWish(tx, by, job, wish);
  return 'wanted';
}

function noteWish(
  tx: Transaction,
  by: Actor,
  { job, jobId, queue }: JobRow,
  { wanted, reason }: { readonly wanted: JobWish; readonly reason: string | null },
): void {
  tx.db.run('UPDATE job_details SET wanted = ?, wanted_why = ? WHERE job = ?', wanted, reason, job);
  tx.journal(by, {
    type: 'job.wanted',
    data: { jobId, queue, wish: wanted, reason },
    ctx: { ...jobContext(jobId), queue },
  });
}

const UNFINISHED = `j.state IN ('created', 'blocked', 'parked', 'queued', 'running', 'waiting')`;

/** Those that cannot do without their parent. Answers those that ended at once. */
function endChildren(tx: Transaction, by: Actor, parent: number): Settled[] {
  return jobsWhere(tx.db, `d.parent = ? AND ${UNFINISHED}`, parent)
    .filter(({ policy }) => policy.onParentEnd === 'cancel')
    .flatMap((child) => endChild(tx, by, child));
}

function endChild(tx: Transaction, by: Actor, child: JobRow): Settled[] {
  if (child.state === 'running') {
    if (child.wanted === null) noteWish(tx, by, child, { wanted: 'parent', reason: null });
    return [];
  }
  const end = wantedEnd('parent', null);
  return endJob(tx, by, child, end) ? [settled(child, end.outcome)] : [];
}

/**
 * What an attempt of a job submitted under no key is not met again by the next one: it ends before that starts. What an attempt
 * ended to wait for lives, and so does all that this needs.
 *
 * @param waited the attempt that ended to wait; null for another end
 */
export function endUnkeyedChildren(tx: Transaction, by: Actor, parent: number, waited: number | null = null): void {
  const kept = waited === null ? null : neededSince(tx, parent, waited);
  for (const { job } of jobsWhere(tx.db, `d.parent = ? AND d.key IS NULL AND ${UNFINISHED}`, parent)) {
    if (kept?.has(job)) continue;
    // As it stands now: one that waited for another of them may have gone on when that ended.
    const child = jobOf(tx.db, job);
    if (child !== null) wishEnd(tx, by, child, { wanted: 'parent', reason: 'that is tried again' });
  }
}

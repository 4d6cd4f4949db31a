import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { type JobId, jobContext, jobName } from '../../../machines/ids/job-id.js';
import { isExceeded } from '../../../machines/work/job/budget.js';
import { jobRank } from '../../../machines/work/job/policy.js';
import { JOB_OUTCOMES, type JobState } from '../../../machines/work/job/states.js';
import type { NewJob, SubmittedJob } from '../../contract/jobs.js';
import { isDuplicate } from '../../sql/failure.js';
import type { Transaction } from '../../sql/transaction.js';
import { budgetsAbove } from '../job-states/budgets.js';
import { addDependencies } from '../job-states/dependencies.js';
import { goOn } from '../job-states/ends.js';
import { type Actor, count, noteParking } from '../job-states/move.js';
import { requireJob } from '../job-states/records.js';
import { takeKey } from './keys.js';
import { insertMeta } from './meta.js';

/** A job as it is submitted: its input and its meta are JSON text, and its key goes with the digest of what it does. */
export interface NewJobText extends Omit<NewJob, 'input' | 'meta' | 'key'> {
  readonly input: string;
  readonly meta: string | null;
  readonly key: { readonly key: string; readonly digest: string; readonly ever: boolean } | null;
}

const OVER: ReadonlySet<string> = new Set(JOB_OUTCOMES);

/** Jobs below jobs below jobs, at most. */
const MAX_DEPTH = 100;

/** Submits jobs, all or none. One may name others of the same call, if they come before it. */
export function submitJobs(
  tx: Transaction,
  { by, jobs }: { by: Actor; jobs: readonly NewJobText[] },
): readonly SubmittedJob[] {
  if (by !== '') tx.requireLive(by);
  /** One whose key is taken is the job that has it, also for those that wait for it, and those below it. */
  const standsFor = new Map<JobId, JobId>();
  return jobs.map((job) => {
    const existing = job.key === null ? null : takeKey(tx, { queue: job.queue, ...job.key }, job.jobId);
    if (existing !== null) {
      standsFor.set(job.jobId, existing);
      return { jobId: existing, existing: true };
    }
    const named = (id: JobId) => standsFor.get(id) ?? id;
    submitJob(tx, by, { ...job, after: job.after.map(named), parent: job.parent && named(job.parent) });
    return { jobId: job.jobId, existing: false };
  });
}

function submitJob(tx: Transaction, by: Actor, job: NewJobText): void {
  const { jobId, queue, method, notBefore } = job;
  const family = familyOf(tx, job.parent);
  const isEarly = notBefore !== null && notBefore > tx.now;
  const state = job.after.length > 0 ? 'blocked' : isEarly ? 'parked' : 'queued';
  const number = insertJob(tx, job, state);
  insertDetails(tx, by, job, number, family);
  insertMeta(tx, number, job.meta);
  for (const name of new Set(job.limits)) tx.db.run('INSERT INTO job_limits (job, name) VALUES (?, ?)', number, name);
  for (const [unit, most] of Object.entries(job.budget)) {
    tx.db.run('INSERT INTO budgets (job, unit, most) VALUES (?, ?, ?)', number, unit, most);
  }
  const data = { jobId, queue, method, key: job.key?.key ?? null, state, dueAt: dueAt(job) } as const;
  tx.journal(by, { type: 'job.submitted', data, ctx: { ...jobContext(jobId), queue } });
  if (state === 'parked') noteParking(tx, number, { reason: 'not_before', for: '', until: notBefore });
  if (state !== 'blocked') return;
  addDependencies(tx, number, job.after);
  goOn(tx, by, number);
}

function insertJob(tx: Transaction, { jobId, queue, input, priority, notBefore }: NewJobText, state: JobState): number {
  if (jobName(jobId).kind !== 'job') {
    throw new EspalierError('ESP_INVALID', `${jobId} is a slot: it comes with its run`);
  }
  let number: number;
  try {
    number = tx.db.insert('INSERT INTO jobs (id, state, input) VALUES (?, ?, ?)', jobId, state, input);
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `a job ${jobId} exists already`, { cause });
  }
  count(tx, queue, state, 1);
  if (state !== 'queued') return number;
  const rank = jobRank(startableAt(tx, notBefore), priority);
  tx.db.run('INSERT INTO startable (queue, rank, job) VALUES (?, ?, ?)', queue, rank, number);
  return number;
}

function dueAt({ notBefore, deadline }: NewJobText): number | null {
  if (notBefore === null || deadline === null) return notBefore ?? deadline;
  return Math.min(notBefore, deadline);
}

/** From when on it may start, as far as that is known when it is submitted. */
function startableAt(tx: Transaction, notBefore: number | null): number {
  return Math.max(tx.now, notBefore ?? 0);
}

interface Family {
  readonly parent: number | null;
  readonly root: number | null;
  readonly depth: number;
}

const ancestorRow = z.object({ root: z.number().nullable(), depth: z.number() });

/** @throws `ESP_BUDGET` below a job whose budget is used up; `ESP_CONFLICT` below one that has ended, or is to end, or below one of which that is true */
function familyOf(tx: Transaction, id: JobId | null): Family {
  if (id === null) return { parent: null, root: null, depth: 0 };
  const parent = requireJob(tx.db, id);
  const { root, depth } = tx.db.one(ancestorRow, 'SELECT root, depth FROM job_details WHERE job = ?', parent.job) ?? {
    root: null,
    depth: 0,
  };
  if (depth + 1 >= MAX_DEPTH) {
    throw new EspalierError(
      'ESP_INVALID',
      `job ${id} is the ${MAX_DEPTH}th below others: no job may be submitted below it`,
    );
  }
  requireBudget(tx, parent.job);
  requireLivingLine(tx, id);
  return { parent: parent.job, root: root ?? parent.job, depth: depth + 1 };
}

function requireBudget(tx: Transaction, parent: number): void {
  const over = budgetsAbove(tx.db, parent).find(isExceeded);
  if (over === undefined) return;
  const { id, unit, spent, most } = over;
  const message = `job ${id} has used ${spent} ${unit} of ${most}: nothing may be submitted below it`;
  throw new EspalierError('ESP_BUDGET', message, { context: { job: id } });
}

function requireLivingLine(tx: Transaction, id: JobId): void {
  const over = overInLine(tx, id);
  if (over === undefined) return;
  const why = over.wanted === null ? over.state : 'to end';
  throw new EspalierError('ESP_CONFLICT', `job ${over.id} is ${why}: nothing may be submitted below it`, {
    context: { job: over.id },
  });
}

const lineRow = z.object({ id: z.string(), state: z.string(), wanted: z.string().nullable() });

/** Who has ended or is to end, of a job and those above it; undefined when nobody has: then it may have children. */
export function overInLine(tx: Transaction, id: JobId): z.infer<typeof lineRow> | undefined {
  const line = tx.db.all(
    lineRow,
    `WITH RECURSIVE line (job) AS (
       SELECT job FROM jobs WHERE id = ?
       UNION ALL SELECT d.parent FROM line l JOIN job_details d ON d.job = l.job WHERE d.parent IS NOT NULL
     )
     SELECT j.id, j.state, d.wanted FROM line l JOIN jobs j ON j.job = l.job JOIN job_details d ON d.job = l.job`,
    id,
  );
  return line.find(({ state, wanted }) => wanted !== null || OVER.has(state));
}

function insertDetails(tx: Transaction, by: Actor, job: NewJobText, number: number, family: Family): void {
  const { priority, notBefore } = job;
  const retryOf = job.retryOf === null ? null : requireJob(tx.db, job.retryOf).job;
  tx.db.run(
    `INSERT INTO job_details (job, queue, method, version, key, priority, rank, not_before, deadline, policy, parent, root,
       depth, retry_of, submitted_by, submitted_at, meta) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    number,
    job.queue,
    job.method,
    job.version,
    job.key?.key ?? null,
    priority,
    jobRank(startableAt(tx, notBefore), priority),
    notBefore,
    job.deadline,
    JSON.stringify(job.policy),
    family.parent,
    family.root,
    family.depth,
    retryOf,
    by,
    tx.now,
    job.meta,
  );
}

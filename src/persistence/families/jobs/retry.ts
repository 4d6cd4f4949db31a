import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { type JobId, parseJobId } from '../../../machines/ids/job-id.js';
import type { Amounts } from '../../../machines/work/job/policy.js';
import { isEnded } from '../../../machines/work/job/states.js';
import type { SubmittedJob } from '../../contract/jobs.js';
import { idRow, nameRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { type JobRow, requireJob } from '../job-states/records.js';
import { keyDigest } from './keys.js';
import { overInLine, submitJobs } from './submit.js';

/**
 * Submits anew what a job was that has ended, under another id. It has as long until its deadline as that one had, and stays
 * below the same parent while that lives. Its key stands for the new job from now on; where another job has it by now, that
 * one is the answer.
 */
export function retryJob(tx: Transaction, { by, jobId, as }: { by: Actor; jobId: JobId; as: JobId }): SubmittedJob {
  if (by !== '') tx.requireLive(by);
  const job = requireJob(tx.db, jobId);
  if (!isEnded(job.state)) {
    const message = `job ${jobId} is ${job.state}: only a job that has ended is retried; cancel it first`;
    throw new EspalierError('ESP_CONFLICT', message, { context: { job: jobId, state: job.state } });
  }
  const { queue, method, version, priority, policy } = job;
  const { input, meta, submittedAt } = contentOf(tx, job);
  const key = job.key === null ? null : { key: job.key, digest: keyDigest(method, input), ever: handOver(tx, job) };
  const [submitted] = submitJobs(tx, {
    by,
    jobs: [
      {
        ...{ jobId: as, queue, method, version, input, key, priority, policy, meta },
        notBefore: null,
        deadline: job.deadline === null ? null : tx.now + Math.max(0, job.deadline - submittedAt),
        after: idsOf(
          tx,
          'SELECT j.id FROM dependencies n JOIN jobs j ON j.job = n.needs WHERE n.job = ? AND n.awaited_by IS NULL ORDER BY n.needs',
          job,
        ),
        limits: namesOf(tx, job),
        parent: livingParent(tx, job),
        retryOf: jobId,
        budget: budgetOf(tx, job),
      },
    ],
  });
  return submitted ?? { jobId: as, existing: false };
}

const contentRow = z
  .object({ input: z.string(), meta: z.string().nullable(), submitted_at: z.number() })
  .transform(({ submitted_at, ...rest }) => ({ ...rest, submittedAt: submitted_at }));

function contentOf(tx: Transaction, { job }: JobRow): z.infer<typeof contentRow> {
  const found = tx.db.one(
    contentRow,
    'SELECT j.input, d.meta, d.submitted_at FROM jobs j JOIN job_details d ON d.job = j.job WHERE j.job = ?',
    job,
  );
  return found ?? { input: 'null', meta: null, submittedAt: tx.now };
}

/** A key that outlives its job is given up by it. Answers whether it is of that kind. */
function handOver(tx: Transaction, { queue, key, jobId }: JobRow): boolean {
  const given = 'DELETE FROM job_keys WHERE queue = ? AND key = ? AND id = ? AND ever = 1';
  return tx.db.run(given, queue, key, jobId) > 0;
}

function idsOf(tx: Transaction, sql: string, { job }: JobRow): JobId[] {
  return tx.db.all(idRow, sql, job).map(({ id }) => parseJobId(id));
}

function namesOf(tx: Transaction, { job }: JobRow): string[] {
  return tx.db.all(nameRow, 'SELECT name FROM job_limits WHERE job = ? ORDER BY name', job).map(({ name }) => name);
}

const budgetRow = z.object({ unit: z.string(), most: z.number() });

/** What it may use is as much as that one might. */
function budgetOf(tx: Transaction, { job }: JobRow): Amounts {
  const rows = tx.db.all(budgetRow, 'SELECT unit, most FROM budgets WHERE job = ?', job);
  return Object.fromEntries(rows.map(({ unit, most }) => [unit, most]));
}

/** Below what has ended nothing is submitted; that it was once there is told by what it retries. */
function livingParent(tx: Transaction, job: JobRow): JobId | null {
  if (job.parent === null) return null;
  const [parent] = idsOf(tx, 'SELECT p.id FROM job_details d JOIN jobs p ON p.job = d.parent WHERE d.job = ?', job);
  return parent === undefined || overInLine(tx, parent) !== undefined ? null : parent;
}

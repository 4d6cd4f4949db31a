import { z } from 'zod';
import { type ErrorRecord, EspalierError } from '../../../errors.js';
import { type JobId, jobName, parseJobId } from '../../../machines/ids/job-id.js';
import {
  type Amounts,
  type JobPolicy,
  PARKED_REASONS,
  type UsageSource,
  WISHES,
} from '../../../machines/work/job/policy.js';
import { JOB_STATES } from '../../../machines/work/job/states.js';
import type { MethodServed } from '../../contract/jobs.js';
import { errorRecord } from '../../forms/shared.js';
import type { Connection, SqlValue } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

/** Amounts by unit, as they are kept. */
export const amounts = z.record(z.string(), z.number()) satisfies z.ZodType<Amounts>;

const usageSource = z.object({
  units: z.record(z.string(), z.string()),
  from: z.enum(['last-line', 'each-line']),
  as: z.enum(['sum', 'cumulative']),
}) satisfies z.ZodType<UsageSource>;

/** The policy of a job, as it is kept. */
export const jobPolicy = z.object({
  attempts: z.number(),
  backoff: z.object({ initialMs: z.number(), factor: z.number(), maxMs: z.number(), jitter: z.number() }),
  timeoutMs: z.number().nullable(),
  onLost: z.enum(['retry', 'fail']),
  onDependency: z.enum(['fail', 'run']),
  onParentEnd: z.enum(['cancel', 'abandon']),
  isolateAfter: z.number().nullable(),
  // Older jobs have none of these.
  usage: usageSource.nullable().default(null),
  reserve: amounts.default({}),
  commit: z.object({ operation: z.string(), args: z.unknown() }).nullable().default(null),
}) satisfies z.ZodType<JobPolicy>;

/** Policies that are remembered, and characters of one: most jobs have one of a few, and reading it is half of reading a job. */
const MOST_POLICIES = 256;
const LONGEST_POLICY = 2048;

const policies = new Map<string, JobPolicy>();
const policyForm = json(jobPolicy);

/** A policy as it is kept. */
export const policyText = z.string().transform((text): JobPolicy => {
  const known = policies.get(text);
  if (known !== undefined) return known;
  const policy = policyForm.parse(text);
  if (policies.size >= MOST_POLICIES) policies.clear();
  if (text.length <= LONGEST_POLICY) policies.set(text, policy);
  return policy;
});

const jobRow = z
  .object({
    job: z.number(),
    id: z.string(),
    state: z.enum(JOB_STATES),
    epoch: z.number(),
    queue: z.string(),
    method: z.string().nullable(),
    version: z.string().nullable(),
    key: z.string().nullable(),
    priority: z.number(),
    rank: z.number(),
    not_before: z.number().nullable(),
    deadline: z.number().nullable(),
    policy: policyText,
    parent: z.number().nullable(),
    wanted: z.enum(WISHES).nullable(),
    wanted_why: z.string().nullable(),
    crashes: z.number(),
    alone: z.number(),
    parked: z.enum(PARKED_REASONS).nullable(),
    parked_for: z.string().nullable(),
  })
  .transform(({ id, not_before, wanted_why, parked_for, alone, ...rest }) => ({
    ...rest,
    jobId: parseJobId(id),
    notBefore: not_before,
    wantedWhy: wanted_why,
    parkedFor: parked_for,
    alone: alone === 1,
  }));

/** A job without a run, as the operations on it need it. */
export type JobRow = z.infer<typeof jobRow>;

const SELECT = `SELECT j.job, j.id, j.state, j.epoch, d.queue, d.method, d.version, d.key, d.priority, d.rank, d.not_before,
    d.deadline, d.policy, d.parent, d.wanted, d.wanted_why, d.crashes, d.alone, d.parked, d.parked_for
  FROM jobs j JOIN job_details d ON d.job = j.job`;

/** Jobs by a condition on `j` and `d`. */
export function jobsWhere(db: Connection, condition: string, ...values: readonly SqlValue[]): JobRow[] {
  return db.all(jobRow, `${SELECT} WHERE ${condition}`, ...values);
}

/** The job of this number. */
export function jobOf(db: Connection, job: number): JobRow | null {
  return db.one(jobRow, `${SELECT} WHERE j.job = ?`, job) ?? null;
}

/** The job of this id. @throws `ESP_NOT_FOUND` when there is none, or it is a slot */
export function requireJob(db: Connection, id: JobId): JobRow {
  const found = db.one(jobRow, `${SELECT} WHERE j.id = ?`, id);
  if (found !== undefined) return found;
  const message =
    jobName(id).kind === 'slot' ? `${id} is a slot of a run, not a job` : `there is no job ${id} in this store`;
  throw new EspalierError('ESP_NOT_FOUND', message, { context: { job: id } });
}

/** A method that a host serves, as it is kept. */
export const methodForm = z.object({
  name: z.string(),
  version: z.string().nullable(),
}) satisfies z.ZodType<MethodServed>;

/** The error that a job ended with, as it is kept. */
export const keptError: z.ZodType<ErrorRecord | null> = json(errorRecord).nullable();

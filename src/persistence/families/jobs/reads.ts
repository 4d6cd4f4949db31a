import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import { readJson } from '../../../json/read.js';
import { type AttemptRef, type JobId, parseJobId } from '../../../machines/ids/job-id.js';
import { PARKED_REASONS, WISHES } from '../../../machines/work/job/policy.js';
import { JOB_STATES } from '../../../machines/work/job/states.js';
import type { JobQuery, JobRecord, JobResult, JobStory } from '../../contract/jobs.js';
import type { Connection, SqlValue } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { idRow, nameRow } from '../../sql/rows.js';
import { attemptsOf } from '../executions/reads.js';
import { ownBudgets, usedBy } from '../job-states/budgets.js';
import { keptError, policyText } from '../job-states/records.js';
import { progressForm, questionsOf } from '../questions/reads.js';
import { contextOf } from './context.js';
import { limitRecords, queueRecords } from './listing.js';

const recordRow = z
  .object({
    job: z.number(),
    id: z.string(),
    state: z.enum(JOB_STATES),
    queue: z.string(),
    method: z.string().nullable(),
    version: z.string().nullable(),
    key: z.string().nullable(),
    priority: z.number(),
    rank: z.number(),
    not_before: z.number().nullable(),
    deadline: z.number().nullable(),
    policy: policyText,
    parent: z.string().nullable(),
    retry_of: z.string().nullable(),
    wanted: z.enum(WISHES).nullable(),
    wanted_why: z.string().nullable(),
    crashes: z.number(),
    alone: z.number(),
    parked: z.enum(PARKED_REASONS).nullable(),
    parked_for: z.string().nullable(),
    parked_until: z.number().nullable(),
    submitted_at: z.number(),
    ended_at: z.number().nullable(),
    attempts: z.number(),
    asks: json(z.array(z.string())),
    error: keptError,
    meta: json(z.unknown()).nullable(),
  })
  .transform((row): JobRecord & { readonly job: number } => {
    const { job, id, state, queue, method, version, key, priority, rank, deadline, policy, crashes, error, meta } = row;
    const { parked, wanted, attempts, asks } = row;
    return {
      ...{
        job,
        state,
        queue,
        method,
        version,
        key,
        priority,
        rank,
        deadline,
        policy,
        crashes,
        error,
        meta,
        attempts,
        asks,
      },
      jobId: parseJobId(id),
      parked: parked === null ? null : { reason: parked, for: row.parked_for ?? '', until: row.parked_until },
      wanted: wanted === null ? null : { wish: wanted, reason: row.wanted_why },
      notBefore: row.not_before,
      parent: idOrNull(row.parent),
      retryOf: idOrNull(row.retry_of),
      alone: row.alone === 1,
      submittedAt: row.submitted_at,
      endedAt: row.ended_at,
    };
  });

function idOrNull(id: string | null): JobId | null {
  return id === null ? null : parseJobId(id);
}

const SELECT = `SELECT j.job, j.id, j.state, d.queue, d.method, d.version, d.key, d.priority, d.rank, d.not_before, d.deadline,
    d.policy, (SELECT id FROM jobs p WHERE p.job = d.parent) AS parent,
    (SELECT id FROM jobs p WHERE p.job = d.retry_of) AS retry_of, d.wanted, d.wanted_why, d.crashes, d.alone, d.parked,
    d.parked_for, d.parked_until, d.submitted_at, d.ended_at, d.error, d.meta,
    (SELECT count(*) FROM attempts a WHERE a.job = j.job) AS attempts,
    (SELECT json_group_array(q.id) FROM questions q WHERE q.job = j.job AND q.question IS NOT NULL AND q.answer IS NULL) AS asks
  FROM jobs j JOIN job_details d ON d.job = j.job`;

function getJob(db: Connection, { jobId }: { jobId: JobId }): JobRecord | null {
  return withoutNumber(db.one(recordRow, `${SELECT} WHERE j.id = ?`, jobId));
}

function withoutNumber(row: z.infer<typeof recordRow> | undefined): JobRecord | null {
  if (row === undefined) return null;
  const { job: _, ...record } = row;
  return record;
}

/** The ids that begin with a text, the newest first; which of them is meant is for the caller to say. */
function findJobs(db: Connection, { text, most }: { text: string; most: number }): JobId[] {
  return db
    .all(
      idRow,
      // A range, not a pattern: it is read from the index, whatever is in the text.
      'SELECT id FROM jobs WHERE id IS NOT NULL AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
      text,
      `${text}\u{10ffff}`,
      most,
    )
    .map(({ id }) => parseJobId(id));
}

/** Each condition has an index of its own; the newest come first. */
function listJobs(db: Connection, { states, queue, key, parent, meta, before, limit }: JobQuery): JobRecord[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, value: SqlValue): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (states !== undefined) add('j.state IN (SELECT value FROM json_each(?))', JSON.stringify(states));
  if (queue !== undefined) add('d.queue = ?', queue);
  if (key !== undefined) add('d.key = ?', key);
  if (parent !== undefined) add('d.parent = (SELECT job FROM jobs WHERE id = ?)', parent);
  for (const [field, value] of Object.entries(meta ?? {})) {
    conditions.push('j.job IN (SELECT job FROM job_meta WHERE field = ? AND value = ?)');
    values.push(field, value);
  }
  if (before !== undefined) add('j.job < (SELECT job FROM jobs WHERE id = ?)', before);
  // Which column it is ordered by says which table is walked: the index of the condition has its jobs in order already.
  const order = queue === undefined && key === undefined && parent === undefined ? 'j.job' : 'd.job';
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return db
    .all(recordRow, `${SELECT} ${where} ORDER BY ${order} DESC LIMIT ?`, ...values, limit)
    .flatMap((row) => withoutNumber(row) ?? []);
}

const outcomeRow = z.object({
  state: z.enum(JOB_STATES),
  result: z.string().nullable(),
  error: keptError,
});

/** How a job stands, and what it came to: all that whoever waits for its result has to read. */
function resultOf(db: Connection, { jobId }: { jobId: JobId }): JobResult | null {
  const row = db.one(
    outcomeRow,
    `SELECT j.state, a.result, d.error FROM jobs j JOIN job_details d ON d.job = j.job
       LEFT JOIN attempts a ON a.id = j.final WHERE j.id = ?`,
    jobId,
  );
  if (row === undefined) return null;
  const { state, error, result } = row;
  return { state, error, result: state === 'succeeded' && result !== null ? readJson(result) : null };
}

const contentRow = z.object({
  input: json(z.unknown()),
  result: z.string().nullable(),
  progress: progressForm.nullable(),
  checkpoint: z.string().nullable(),
});
const relativeRow = z
  .object({ id: z.string(), state: z.enum(JOB_STATES) })
  .transform(({ id, state }) => ({ jobId: parseJobId(id), state }));

/** Children of a job that its story names, at most. */
const MOST_CHILDREN = 1000;

function storyOf(db: Connection, { jobId }: { jobId: JobId }): JobStory | null {
  const row = db.one(recordRow, `${SELECT} WHERE j.id = ?`, jobId);
  const record = withoutNumber(row);
  if (row === undefined || record === null) return null;
  const { job } = row;
  const content = db.one(
    contentRow,
    `SELECT j.input, a.result, d.progress, d.checkpoint FROM jobs j JOIN job_details d ON d.job = j.job
       LEFT JOIN attempts a ON a.id = j.final WHERE j.job = ?`,
    job,
  );
  const result = record.state === 'succeeded' ? (content?.result ?? null) : null;
  return {
    ...record,
    input: content?.input,
    ...(result === null ? {} : { result: readJson(result) }),
    limits: db.all(nameRow, 'SELECT name FROM job_limits WHERE job = ? ORDER BY name', job).map(({ name }) => name),
    after: neededBy(db, job, 'n.awaited_by IS NULL'),
    awaits: neededBy(db, job, 'n.awaited_by IS NOT NULL'),
    children: db.all(
      relativeRow,
      `SELECT j.id, j.state FROM job_details d JOIN jobs j ON j.job = d.job WHERE d.parent = ? ORDER BY d.job
       LIMIT ${MOST_CHILDREN}`,
      job,
    ),
    questions: questionsOf(db, job),
    progress: content?.progress ?? null,
    ...(content?.checkpoint == null ? {} : { checkpoint: readJson(content.checkpoint) }),
    executions: attemptsOf(db, job),
    used: usedBy(db, job),
    budgets: ownBudgets(db, job),
  };
}

function neededBy(db: Connection, job: number, which: string): JobStory['after'] {
  return db.all(
    relativeRow,
    `SELECT j.id, j.state FROM dependencies n JOIN jobs j ON j.job = n.needs WHERE n.job = ? AND ${which} ORDER BY n.needs`,
    job,
  );
}

const wantedRow = z
  .object({ id: z.string(), epoch: z.number(), attempt: z.number() })
  .transform(({ id, epoch, attempt }): AttemptRef => ({ jobId: parseJobId(id), epoch, attempt }));

/** The running attempts of a host whose jobs are to end. */
function wantedOf(db: Connection, { owner }: { owner: RunId }): AttemptRef[] {
  return db.all(
    wantedRow,
    `SELECT j.id, a.epoch, a.attempt FROM attempts a JOIN jobs j ON j.job = a.job JOIN job_details d ON d.job = a.job
     WHERE a.owner = ? AND a.state = 'running' AND d.wanted IS NOT NULL`,
    owner,
  );
}

/** What is read of jobs that need no run, by name. */
export const jobReads = {
  'jobs.get': getJob,
  'jobs.find': findJobs,
  'jobs.list': listJobs,
  'jobs.story': storyOf,
  'jobs.result': resultOf,
  'jobs.context': contextOf,
  'jobs.wanted': wantedOf,
  'queues.list': queueRecords,
  'limits.list': limitRecords,
};

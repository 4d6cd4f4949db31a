import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import { parseJobId } from '../../../machines/ids/job-id.js';
import type { ClaimedJob, JobClaim, JobContext, MethodServed } from '../../contract/jobs.js';
import { json } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import { TRIES_BEFORE, triesBefore } from '../executions/tries.js';
import { overBudget, takeReserve } from '../job-states/budgets.js';
import { fullLimit, passOnLimits, takeLimits } from '../job-states/limits.js';
import { type Parking, parkJob, startJob } from '../job-states/move.js';
import { type JobRow, jobsWhere, methodForm } from '../job-states/records.js';
import { intendProcess } from '../processes/writes.js';
import { answersOf } from '../questions/reads.js';
import { type JobContextText, resultsOf } from './context.js';

const pausedRow = z.object({ paused_at: z.number().nullable() });

/** Candidates that one claim reads, at most, whatever waits. */
const MOST_CANDIDATES = 32;

/** A claimed job; its input, its checkpoint, its answers and what it waited for are JSON text. */
export type ClaimedJobText = Omit<ClaimedJob, 'input' | keyof JobContext> & JobContextText & { readonly input: string };

/**
 * Claims jobs of a queue in the order of their ranks. What cannot start now is parked with the reason, so that it is not read
 * again before that ends. Nothing is claimed from a queue that is paused, nor beside a job that runs alone.
 */
export function claimJobs(tx: Transaction, claim: JobClaim): ClaimedJobText[] {
  const { owner, queue, count } = claim;
  tx.requireLive(owner);
  if (count <= 0 || isPaused(tx, queue)) return [];
  const company = companyOf(tx, owner);
  if (company === 'closed') return [];
  const claimed: ClaimedJobText[] = [];
  for (const job of candidates(tx, queue, () => count - claimed.length)) {
    const refusal = refusalOf(tx, job, claim);
    if (refusal === 'elsewhere') continue;
    if (refusal !== null) {
      parkJob(tx, owner, job, 'parked', refusal);
      passOnLimits(tx, owner, job.job);
      continue;
    }
    // Beside nothing, or not yet: what comes after it does not overtake it for ever.
    if (job.alone && (company === 'some' || claimed.length > 0)) break;
    claimed.push(begin(tx, claim, job, claimed.length));
    if (job.alone) break;
  }
  return claimed;
}

function isPaused(tx: Transaction, queue: string): boolean {
  const row = tx.db.one(pausedRow, 'SELECT paused_at FROM queues WHERE queue = ?', queue);
  return row !== undefined && row.paused_at !== null;
}

const companyRow = z.object({ running: z.number(), alone: z.number(), awaited: z.number() });

/**
 * Whether a host may take something: `closed` while it runs a job alone, or while one that must run alone waits and the host
 * is not yet empty.
 */
function companyOf(tx: Transaction, owner: RunId): 'none' | 'some' | 'closed' {
  const { running, alone, awaited } = tx.db.one(
    companyRow,
    `SELECT EXISTS (SELECT 1 FROM attempts WHERE owner = ? AND state = 'running') AS running,
       EXISTS (SELECT 1 FROM job_details d JOIN attempts a ON a.job = d.job
         WHERE d.alone = 1 AND d.ended_at IS NULL AND a.owner = ? AND a.state = 'running') AS alone,
       EXISTS (SELECT 1 FROM job_details d JOIN serving s ON s.queue = d.queue JOIN jobs j ON j.job = d.job
         WHERE d.alone = 1 AND d.ended_at IS NULL AND s.run_id = ? AND j.state = 'queued'
           AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.queue = d.queue AND q.paused_at IS NOT NULL)) AS awaited`,
    owner,
    owner,
    owner,
  ) ?? { running: 0, alone: 0, awaited: 0 };
  if (alone === 1 || (awaited === 1 && running === 1)) return 'closed';
  return running === 1 ? 'some' : 'none';
}

/** The first of a queue, as many at a time as are wanted still: a row costs more to read than to find. */
function* candidates(tx: Transaction, queue: string, wanted: () => number): Generator<JobRow, void, undefined> {
  let [rank, job] = [Number.MIN_SAFE_INTEGER, 0];
  for (let left = MOST_CANDIDATES; left > 0 && wanted() > 0; ) {
    const limit = Math.min(left, wanted());
    const next = jobsWhere(
      tx.db,
      `j.job IN (SELECT job FROM startable WHERE queue = ? AND (rank, job) > (?, ?) ORDER BY rank, job LIMIT ?)
       ORDER BY d.rank, j.job`,
      ...[queue, rank, job, limit],
    );
    yield* next;
    const last = next.at(-1);
    if (last === undefined || next.length < limit) return;
    [rank, job] = [last.rank, last.job];
    left -= next.length;
  }
}

/** Why a job cannot start here and now; `elsewhere`: another pool that serves the queue can do it; null when it can start. */
function refusalOf(tx: Transaction, job: JobRow, { methods }: JobClaim): Parking | 'elsewhere' | null {
  const unserved = unservedBy({ methods, operations: tx.operations.names }, job);
  if (unserved !== null) return isServed(tx, job) ? 'elsewhere' : unserved;
  // One that never ran has left nothing.
  if (job.epoch > 0 && isRegistered(tx, job)) return 'elsewhere';
  if (job.epoch > 0 && hasEndingChild(tx, job)) return { reason: 'children', for: '', until: null };
  const full = fullLimit(tx, job.job);
  return full === null ? overBudget(tx, job) : { reason: 'limit', for: full.name, until: full.until };
}

const foundRow = z.object({ found: z.number() });

/** Whether a process is registered for it still: until that is swept it is passed over, and holds up no other. */
function isRegistered(tx: Transaction, { job }: JobRow): boolean {
  const registered = `SELECT EXISTS (SELECT 1 FROM processes WHERE job = ? AND state IN ('intent', 'live')) AS found`;
  return tx.db.one(foundRow, registered, job)?.found === 1;
}

/**
 * Whether what an attempt before submitted, and nobody will meet again, is still being ended, or what is below that: a job that
 * waited for its own has ended before them.
 */
function hasEndingChild(tx: Transaction, { job }: JobRow): boolean {
  const ending = tx.db.one(
    foundRow,
    `WITH RECURSIVE below (job) AS (
       SELECT job FROM job_details WHERE parent = ? AND key IS NULL
       UNION ALL SELECT d.job FROM below b JOIN job_details d ON d.parent = b.job
     )
     SELECT EXISTS (SELECT 1 FROM below b CROSS JOIN jobs j ON j.job = b.job CROSS JOIN job_details d ON d.job = b.job
       WHERE d.wanted IS NOT NULL AND j.state = 'running') AS found`,
    job,
  );
  return ending?.found === 1;
}

/** What a pool of a host can do. */
interface Offer {
  /** Null for programs. */
  readonly methods: readonly MethodServed[] | null;
  readonly operations: readonly string[];
}

/** Why nobody who offers this alone can do a job; null when they can. */
function unservedBy({ methods, operations }: Offer, { method, version, policy }: JobRow): Parking | null {
  const unknown = methods === null ? null : unknownMethod(methods, { method, version });
  if (unknown !== null) return unknown;
  const { commit } = policy;
  if (commit === null || operations.includes(commit.operation)) return null;
  return { reason: 'operation', for: commit.operation, until: null };
}

function unknownMethod(
  methods: readonly MethodServed[],
  { method, version }: Pick<JobRow, 'method' | 'version'>,
): Parking | null {
  const named = methods.filter(({ name }) => name === method);
  if (method === null || named.length === 0) return { reason: 'method', for: method ?? '', until: null };
  if (version === null || named.some((one) => one.version === version)) return null;
  return { reason: 'version', for: `${method}@${version}`, until: null };
}

const servingRow = z.object({
  methods: json(z.array(methodForm)).nullable(),
  operations: json(z.array(z.string())).nullable(),
});

/** Whether another pool can do a job of its queue: of another host, or of the same one. */
function isServed(tx: Transaction, job: JobRow): boolean {
  return tx.db
    .all(servingRow, 'SELECT methods, operations FROM serving WHERE queue = ?', job.queue)
    .some(({ methods, operations }) => {
      const isOfItsKind = (methods === null) === (job.method === null);
      return isOfItsKind && unservedBy({ methods, operations: operations ?? [] }, job) === null;
    });
}

const lastRow = z.object({
  input: z.string(),
  checkpoint: z.string().nullable(),
  parent: z.string().nullable(),
  root: z.string().nullable(),
  last: z.number(),
  ...triesBefore,
});

function begin(tx: Transaction, { owner, processes }: JobClaim, job: JobRow, index: number): ClaimedJobText {
  const { jobId, policy } = job;
  const found = tx.db.one(
    lastRow,
    `SELECT j.input, d.checkpoint, (SELECT id FROM jobs p WHERE p.job = d.parent) AS parent,
       (SELECT id FROM jobs r WHERE r.job = d.root) AS root,
       coalesce((SELECT max(attempt) FROM attempts a WHERE a.job = j.job), 0) AS last, ${TRIES_BEFORE}
     FROM jobs j JOIN job_details d ON d.job = j.job WHERE j.job = ?`,
    job.job,
  );
  const attempt = (found?.last ?? 0) + 1;
  const epoch = job.epoch + 1;
  const process = processes[index] ?? null;
  const spawnId = process?.spawnId ?? null;
  startJob(tx, job);
  tx.db.run('UPDATE jobs SET epoch = ? WHERE job = ?', epoch, job.job);
  const id = tx.db.insert(
    `INSERT INTO attempts (job, epoch, attempt, owner, spawn_id, state, started_at) VALUES (?, ?, ?, ?, ?, 'running', ?)`,
    job.job,
    epoch,
    attempt,
    owner,
    spawnId,
    tx.now,
  );
  takeLimits(tx, job.job, id);
  takeReserve(tx, job, id);
  if (process !== null) {
    intendProcess(
      tx,
      { ...process, runId: owner, incarnation: attempt, command: [] },
      { job: job.job, jobId, attempt },
    );
  }
  return {
    ...{ jobId, epoch, attempt, spawnId },
    method: job.method,
    input: found?.input ?? 'null',
    timeoutMs: policy.timeoutMs,
    usageSource: policy.usage,
    deadline: job.deadline,
    key: job.key,
    parent: found?.parent == null ? null : parseJobId(found.parent),
    root: found?.root == null ? null : parseJobId(found.root),
    checkpoint: found?.checkpoint ?? null,
    answers: answersOf(tx.db, job.job),
    results: resultsOf(tx.db, job.job),
  };
}

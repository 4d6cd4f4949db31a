import { EspalierError } from '../../errors.js';
import { type JobId, parseJobId } from '../../machines/ids/job-id.js';
import { type Backoff, DEFAULT_BACKOFF } from '../../machines/time/backoff.js';
import type { Amounts, JobPolicy } from '../../machines/work/job/policy.js';
import {
  anything,
  checkArgument,
  checkOptions,
  fields,
  kind,
  listOf,
  milliseconds,
  nullable,
  number,
  oneOf,
  required,
  text,
  whole,
} from '../../options.js';
import type { NewJob } from '../../persistence/store.js';
import { amountsRule, costProblem, type UsageSpec, usageRule, usageSource } from './cost.js';

/** A job as it is submitted. */
export interface JobSpec {
  /** The pool that serves it, by path or id, or the whole name of a queue, such as `app:/embed`. */
  readonly queue: string;
  /** What is called; none where the queue runs programs. */
  readonly method?: string;
  /** The argument of the method, or what the program is made from: any JSON value. */
  readonly args?: unknown;
  /** The same as `args`, for programs. */
  readonly input?: unknown;
  /** An equal key answers the job that has it. */
  readonly key?: string;
  /** `unfinished` (default): until that job has ended; `ever`: for good. */
  readonly keyFor?: 'unfinished' | 'ever';
  /** A head start of a minute for each that it is lower; 0 by default. */
  readonly priority?: number;
  /** It does not start before so many milliseconds. */
  readonly delayMs?: number;
  /** It does not start before, in milliseconds since the epoch, or as a date. */
  readonly runAt?: number | Date;
  /** Jobs that end before it starts: by their handles, their ids, or the `ref`s of others of the same call. */
  readonly after?: readonly (string | { readonly id: string })[];
  /** `fail` (default): it is skipped when one of these does not succeed; `run`: it starts all the same. */
  readonly onDependency?: 'fail' | 'run';
  readonly retries?: { readonly attempts?: number; readonly backoff?: Partial<Backoff> };
  /** Of each attempt, in milliseconds. */
  readonly timeoutMs?: number | null;
  /** By when it has ended: in milliseconds since the epoch, or as a date. */
  readonly deadline?: number | Date;
  /** What becomes of it when its host or its worker dies: `retry` (default) or `fail`. */
  readonly onLost?: 'retry' | 'fail';
  /** The limits that it keeps. */
  readonly limits?: readonly string[];
  /** What it and all below it may use, by unit, such as `{ usd: 5 }`. Its program says what it uses: `usage`. */
  readonly budget?: Amounts;
  /** What is held of the budgets that it is below from its start until its usage is known. Without it they can be overshot. */
  readonly reserve?: Amounts;
  /** Where its program prints what it uses. */
  readonly usage?: UsageSpec;
  /** The job that it belongs to. */
  readonly parent?: string | { readonly id: string };
  /** `cancel` (default): it ends when its parent ends without success; `abandon`: it goes on. */
  readonly onParentEnd?: 'cancel' | 'abandon';
  /** The version of the code that is to serve it; any by default. */
  readonly version?: string;
  /** After so many deaths of its host in a row it runs alone; 3 by default, Infinity for never. */
  readonly isolateAfter?: number;
  /** An operation of the system's that is done in the very transaction that records its success, with arguments of any JSON value. */
  readonly commit?: { readonly operation: string; readonly args?: unknown };
  /** Any JSON value of yours. */
  readonly meta?: unknown;
  /** Its name within one call of `submitMany`. */
  readonly ref?: string;
}

const instant = kind(
  'a date, or milliseconds since the epoch',
  (value) => (value instanceof Date && !Number.isNaN(value.getTime())) || Number.isSafeInteger(value),
);
const named = kind(
  "a job, its id or, in one call of submitMany, its 'ref'",
  (value) => typeof value === 'string' || (typeof value === 'object' && value !== null && 'id' in value),
);

const backoffRule = fields<Backoff>({
  initialMs: milliseconds(0),
  factor: number(1),
  maxMs: milliseconds(0),
  jitter: number(0, 1),
});

const specRule = fields<JobSpec>(
  {
    queue: required(text),
    method: text,
    args: anything,
    input: anything,
    key: text,
    keyFor: oneOf('unfinished', 'ever'),
    priority: kind('a whole number', Number.isSafeInteger),
    delayMs: milliseconds(0),
    runAt: instant,
    after: listOf(named, 'a list of jobs'),
    onDependency: oneOf('fail', 'run'),
    retries: fields({ attempts: whole(1), backoff: backoffRule }),
    timeoutMs: nullable(milliseconds(1)),
    deadline: instant,
    onLost: oneOf('retry', 'fail'),
    limits: listOf(text, 'a list of names of limits'),
    budget: amountsRule,
    reserve: amountsRule,
    usage: usageRule,
    parent: named,
    onParentEnd: oneOf('cancel', 'abandon'),
    version: text,
    isolateAfter: kind('a whole number from 1 on, or Infinity', isCount),
    commit: fields<NonNullable<JobSpec['commit']>>({ operation: required(text), args: anything }),
    meta: anything,
    ref: text,
  },
  { timeout: 'timeoutMs', delay: 'delayMs', pool: 'queue', data: 'args', payload: 'args', attempts: 'retries' },
);

function isCount(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || (typeof value === 'number' && Number.isInteger(value) && value >= 1);
}

export interface SpecContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The queue that a name stands for. */
  queue(name: string): string;
  newJobId(): JobId;
}

/**
 * The jobs of some specs, whole, in an order in which each comes after those that it waits for; and their ids, in the order of
 * the specs.
 *
 * @throws EspalierError `ESP_INVALID` naming what does not fit
 */
export function newJobs(
  specs: readonly JobSpec[],
  context: SpecContext,
): { readonly jobs: readonly NewJob[]; readonly ids: readonly JobId[] } {
  for (const [index, spec] of specs.entries()) checkSpec(spec, specs.length === 1 ? 'job' : `job ${index}`);
  const ids = specs.map(() => context.newJobId());
  const resolving = { ...context, refs: refsOf(specs, ids) };
  const jobs = specs.flatMap((spec, index) => {
    const id = ids[index];
    return id === undefined ? [] : [newJob(spec, id, resolving)];
  });
  return { jobs: inOrder(jobs), ids };
}

/** Holds what comes from elsewhere to what jobs are. @throws EspalierError `ESP_INVALID` naming what does not fit */
export function requireSpecs(value: unknown): asserts value is readonly JobSpec[] {
  checkArgument('jobs', value, kind('a list of jobs', Array.isArray));
  if (Array.isArray(value)) for (const [index, spec] of value.entries()) checkOptions(`job ${index}`, spec, specRule);
}

function checkSpec(spec: JobSpec, whose: string): void {
  checkOptions(whose, spec, specRule);
  if (spec.args !== undefined && spec.input !== undefined) throw invalid(whose, "it has 'args' and 'input': give one");
  if (spec.delayMs !== undefined && spec.runAt !== undefined)
    throw invalid(whose, "it has 'delayMs' and 'runAt': give one");
  const problem = costProblem(spec);
  if (problem !== null) throw invalid(whose, problem);
}

function invalid(whose: string, problem: string): EspalierError {
  return new EspalierError('ESP_INVALID', `${whose}: ${problem}`);
}

function refsOf(specs: readonly JobSpec[], ids: readonly JobId[]): ReadonlyMap<string, JobId> {
  const refs = new Map<string, JobId>();
  for (const [index, { ref }] of specs.entries()) {
    const id = ids[index];
    if (ref === undefined || id === undefined) continue;
    if (refs.has(ref)) throw invalid(`job ${index}`, `the ref ${JSON.stringify(ref)} is given twice`);
    refs.set(ref, id);
  }
  return refs;
}

interface Resolving extends SpecContext {
  readonly refs: ReadonlyMap<string, JobId>;
}

function newJob(spec: JobSpec, jobId: JobId, context: Resolving): NewJob {
  const { method = null, key, keyFor = 'unfinished', priority = 0, version = null, parent, after = [] } = spec;
  const idOf = (job: string | { readonly id: string }) => resolve(job, context.refs);
  return {
    jobId,
    queue: context.queue(spec.queue),
    method,
    version,
    input: spec.args ?? spec.input ?? null,
    key: key === undefined ? null : { key, ever: keyFor === 'ever' },
    priority,
    notBefore: notBefore(spec, context.now),
    deadline: spec.deadline === undefined ? null : Number(spec.deadline),
    after: after.map(idOf),
    limits: spec.limits ?? [],
    policy: policyOf(spec),
    parent: parent === undefined ? null : idOf(parent),
    retryOf: null,
    meta: spec.meta ?? null,
    budget: spec.budget ?? {},
  };
}

function resolve(job: string | { readonly id: string }, refs: ReadonlyMap<string, JobId>): JobId {
  if (typeof job !== 'string') return parseJobId(job.id);
  return refs.get(job) ?? parseJobId(job);
}

function notBefore({ delayMs, runAt }: JobSpec, now: number): number | null {
  if (runAt !== undefined) return Number(runAt);
  // No delay is no instant: a jump of the clock hides nothing.
  return delayMs === undefined || delayMs === 0 ? null : now + delayMs;
}

/** One attempt unless more are asked for: what is tried again may cost. */
function policyOf(spec: JobSpec): JobPolicy {
  const { retries = {}, timeoutMs = null, onLost = 'retry', isolateAfter = 3 } = spec;
  return {
    attempts: retries.attempts ?? 1,
    backoff: { ...DEFAULT_BACKOFF, ...retries.backoff },
    timeoutMs,
    onLost,
    onDependency: spec.onDependency ?? 'fail',
    onParentEnd: spec.onParentEnd ?? 'cancel',
    isolateAfter: isolateAfter === Number.POSITIVE_INFINITY ? null : isolateAfter,
    usage: spec.usage === undefined ? null : usageSource(spec.usage),
    reserve: spec.reserve ?? {},
    commit: spec.commit === undefined ? null : { args: null, ...spec.commit },
  };
}

/** Each after those of the same call that it waits for. @throws EspalierError `ESP_INVALID` for a circle of them */
function inOrder(jobs: readonly NewJob[]): readonly NewJob[] {
  const waiting = new Map(jobs.map((job) => [job.jobId, job]));
  const ordered: NewJob[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(({ after, parent }) =>
      [...after, ...(parent === null ? [] : [parent])].every((id) => !waiting.has(id)),
    );
    if (ready.length === 0) throw invalid('jobs', 'some of them wait for each other in a circle');
    for (const job of ready) waiting.delete(job.jobId);
    ordered.push(...ready);
  }
  return ordered;
}

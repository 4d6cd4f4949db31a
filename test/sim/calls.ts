import type { JobId } from '../../src/machines/ids/job-id.js';
import type { JobPolicy } from '../../src/machines/work/job/policy.js';
import type { OperationArgs, OperationCall } from '../../src/persistence/writer/operations.js';
import type { Given, Lane } from './world.js';

export type NewJobText = OperationArgs['jobs.submit']['jobs'][number];

export const POLICY: JobPolicy = {
  attempts: 2,
  backoff: { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 },
  timeoutMs: null,
  onLost: 'retry',
  onDependency: 'fail',
  onParentEnd: 'cancel',
  isolateAfter: 3,
  usage: null,
  reserve: {},
  commit: null,
};

/** A job of queue `q`, of the method that hosts serve. */
export function newJob(jobId: JobId, parts: Partial<NewJobText> = {}): NewJobText {
  return {
    ...{ jobId, queue: 'q', method: 'do', version: null, input: '1', key: null, priority: 0 },
    ...{
      notBefore: null,
      deadline: null,
      after: [],
      limits: [],
      policy: POLICY,
      parent: null,
      retryOf: null,
      meta: null,
      budget: {},
    },
    ...parts,
  };
}

/** No such process exists. */
const IDENTITY = { bootId: 'boot', pidNamespace: 'pid:[1]', pid: 4_000_000, startTicks: 77 };

export function register(runId: string): OperationCall {
  return { name: 'hosts.register', args: { runId, name: 'n', identity: IDENTITY, node: 'v', version: '0' } };
}

export function serve(owner: string, lane: Lane): OperationCall {
  return { name: 'queues.serve', args: { owner, ...lane } };
}

/** @param spawnId of the nth attempt of a program */
export function claim(
  owner: string,
  { queue, path, methods }: Lane,
  count: number,
  spawnId: () => string,
): OperationCall {
  const processes = methods === null ? Array.from({ length: count }, () => ({ spawnId: spawnId(), path })) : [];
  return { name: 'jobs.claim', args: { owner, queue, methods, count, processes } };
}

export type How = OperationArgs['jobs.finish']['attempt']['how'];

export function finish(
  { owner, jobId, epoch, attempt }: Given,
  how: How,
  unproven?: string,
  awaits: readonly JobId[] = [],
): OperationCall {
  const isGood = how === 'succeeded';
  return {
    name: 'jobs.finish',
    args: {
      owner,
      random: 0.5,
      attempt: {
        ...{ jobId, epoch, attempt, how, exit: null, durationMs: 1 },
        ...(unproven === undefined ? {} : { unproven }),
        ...(how === 'suspended' ? { awaits } : {}),
        result: isGood ? '42' : null,
        error: isGood ? null : '{"code":"Error","message":"no"}',
      },
    },
  };
}

export function release({ owner, jobId, epoch, attempt }: Given): OperationCall {
  return { name: 'jobs.release', args: { owner, claims: [{ jobId, epoch, attempt }] } };
}

export function live({ owner }: Given, spawnId: string): OperationCall {
  return {
    name: 'processes.live',
    args: { actor: owner, runId: owner, spawnId, identity: IDENTITY, generation: 1 },
  };
}

/** The names of the questions there are. */
export const QUESTIONS = ['go', 'how'];

export function ask({ jobId, attempt }: Given, id: string, suspends: boolean): OperationCall {
  return { name: 'jobs.ask', args: { by: '', asked: { jobId, id, question: `"${id}?"`, attempt, suspends } } };
}

export function answer(jobId: JobId, id: string, value: string): OperationCall {
  return { name: 'jobs.answer', args: { by: '', jobId, id, answer: value } };
}

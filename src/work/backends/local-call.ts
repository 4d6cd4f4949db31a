import { type AttemptJob, LiveProtocolPool } from '../../actors/call/protocol-pool.js';
import { wasStopped } from '../../actors/call/protocol-worker.js';
import type { FindPool } from '../../actors/handles/standing-pool.js';
import type { Clock } from '../../clock.js';
import { EspalierError, toErrorRecord } from '../../errors.js';
import type { RunId } from '../../ids.js';
import { fitForJson } from '../../json/fit.js';
import { jobContext } from '../../machines/ids/job-id.js';
import type { AttemptWorker, JobContext } from '../../persistence/store.js';
import { SUSPENDED } from '../../transport/protocol/job-names.js';
import type { CallContextIds } from '../../transport/protocol/messages.js';
import { RemoteError } from '../../transport/protocol/remote-error.js';
import type { AttemptRef, Dispatch, Outcome, UsageSource } from './contract.js';
import type { LocalPool } from './local.js';

/** Where a call turns to that is an attempt of a job. */
export interface AttemptDesk extends AttemptJob {
  readonly usage: UsageSource;
  /** The call is over. Resolves when nothing is being done for it any more. */
  close(): Promise<void>;
}

export type DeskOf = (attempt: AttemptRef, context: JobContext) => AttemptDesk;

interface CallServices {
  readonly clock: Clock;
  /** Of the host. */
  readonly runId: RunId;
  find: FindPool;
  watch: LocalPool['watch'];
  whenClosed: LocalPool['whenClosed'];
  /** Told when a worker has an attempt, and again when another one has it. */
  started(attempt: AttemptRef, worker: AttemptWorker): void;
  readonly desk: DeskOf | null;
}

/** Calls of a method, each attempt a call of some worker, which has its process whatever is called. */
export function callAttempts(path: string, services: CallServices): LocalPool {
  const { find, watch, whenClosed } = services;
  const open = (): LiveProtocolPool | undefined => {
    const pool = find();
    return pool instanceof LiveProtocolPool && pool.isOpen ? pool : undefined;
  };
  return {
    path,
    registers: false,
    get methods() {
      return (open()?.methods() ?? []).map(({ name }) => ({ name, version: null }));
    },
    get capacity() {
      return open()?.window ?? 0;
    },
    watch,
    whenClosed,
    begin: (dispatch, signal) => {
      const pool = open();
      if (!pool) throw new EspalierError('ESP_STOPPED', `pool ${path} takes no work now`, { context: { path } });
      pool.check(methodOf(dispatch), dispatch.input);
      const { context } = dispatch;
      const job = context && services.desk ? services.desk(dispatch, context) : null;
      return { output: null, usage: job?.usage ?? null, ended: call(pool, dispatch, { signal, job }, services) };
    },
  };
}

async function call(
  pool: LiveProtocolPool,
  dispatch: Dispatch,
  { signal, job }: { readonly signal: AbortSignal; readonly job: AttemptDesk | null },
  { clock, runId, started }: CallServices,
): Promise<Outcome> {
  const { jobId, epoch, attempt, input, timeoutMs } = dispatch;
  const ctx = idsOf(dispatch, runId);
  let since: number | null = null;
  const began = (worker: AttemptWorker) => {
    since ??= clock.now();
    started({ jobId, epoch, attempt }, worker);
  };
  const facts = () => ({ exit: null, durationMs: since === null ? null : clock.now() - since, heldOpen: false });
  try {
    const answer = await pool.attempt(methodOf(dispatch), input, { timeoutMs, signal, ctx, job, began });
    // What a row cannot hold is an error of the method, not of the store.
    const result = fitForJson(answer ?? null, { name: 'its result' }).value;
    return { ...facts(), type: 'attempt.completed', how: 'succeeded', result };
  } catch (error) {
    const end = endingOf(error);
    if (end.type === 'attempt.completed' && end.how === 'interrupted' && since === null)
      return { type: 'attempt.withdrawn' };
    return { ...facts(), ...end };
  } finally {
    // What it said last is kept before it is known to be over.
    await job?.close();
  }
}

/** The ids that the call carries, and its events and log lines with it. */
function idsOf({ jobId, attempt, epoch, index, context }: Dispatch, runId: RunId): CallContextIds {
  const ids = { ...jobContext(jobId, attempt), epoch, runId, key: context?.key ?? jobId };
  if (context === null) return { ...ids, index };
  const { parent, root, deadline } = context;
  return { ...ids, ...(parent && { parent }), ...(root && { root }), ...(deadline !== null && { deadline }) };
}

/** What became of a call that gave no answer. */
function endingOf(error: unknown) {
  const record = toErrorRecord(error);
  // Whether it has said for what, the store knows.
  if (error instanceof RemoteError && error.code === SUSPENDED)
    return { type: 'attempt.completed', how: 'suspended', awaits: [] } as const;
  const code = error instanceof EspalierError ? error.code : null;
  const interrupted = { type: 'attempt.completed', how: 'interrupted' } as const;
  switch (code) {
    case 'ESP_WORKER_EXITED':
      return wasStopped(error) ? interrupted : ({ type: 'attempt.lost', error: record } as const);
    case 'ESP_TIMEOUT':
      return { type: 'attempt.completed', how: 'timed_out', error: record } as const;
    case 'ESP_ABORTED':
    case 'ESP_STOPPED':
      return interrupted;
    default:
      return { type: 'attempt.completed', how: 'failed', error: record } as const;
  }
}

function methodOf({ method, jobId }: Dispatch): string {
  if (method !== null) return method;
  throw new EspalierError('ESP_INVALID', `${jobId} names no method`);
}

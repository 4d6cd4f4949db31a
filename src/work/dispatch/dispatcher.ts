import { Execution, type ExecutionRequest, type ExecutionResult } from '../../actors/exec/execution.js';
import { type ErrorRecord, EspalierError, toErrorRecord } from '../../errors.js';
import type { RunId, RunRef } from '../../ids.js';
import { judge, type Verdict } from '../../machines/exits/outcome.js';
import { type AttemptRef, slotJobId } from '../../machines/ids/job-id.js';
import { decideRetry, type RetryDecision, type StopReason } from '../../machines/work/retry.js';
import type { RunPolicy } from '../../machines/work/run-policy.js';
import type { AttemptStore, Claimed, FinishedAttempt } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import type { OutputFlusher } from './output-flusher.js';
import type { Owed } from './owed.js';

/** The pool that runs a run's slots, whichever incarnation of it lives. */
export interface DispatchPool {
  readonly path: string;
  /** Whether it takes work now. While it does not, nothing is prepared or submitted. */
  readonly isOpen: boolean;
  /** The program, directory and environment for one slot. Throws a typed error when the input does not fit the template. */
  prepare(
    input: unknown,
    index: number,
  ): Pick<ExecutionRequest, 'command' | 'argv0' | 'shownCommand' | 'cwd' | 'env' | 'stdin'>;
  /** Hands an execution to the pool's queue, where it waits for room as long as it takes. */
  submit(execution: Execution): void;
}

/** A run, as far as the dispatcher is concerned. */
export interface DispatchTarget {
  readonly run: RunRef;
  readonly policy: Pick<RunPolicy, 'retries' | 'timeoutMs' | 'onLost'>;
  readonly pool: DispatchPool;
  /** Stops what runs and withdraws what waits. */
  readonly signal: AbortSignal;
  /** What becomes of a slot that `signal` stopped. */
  stopped(): StopReason | null;
  /** A slot's program has ended, and its place is free: its end is being written from here on. */
  freed(index: number): void;
  /** Whether every place of the run is filled, so that its writes may wait for others. */
  isBusy(): boolean;
}

/** What became of a claimed slot, once it is on disk. */
export type Dispatched =
  /** The job ended; its row can be committed. */
  | { readonly type: 'finished'; readonly index: number; readonly outcome: FinishedAttempt['outcome'] }
  /** The job is queued again: to be retried, or because it was interrupted. */
  | { readonly type: 'requeued'; readonly index: number }
  /** Another host has fenced this one, or the attempt was no longer ours: nothing was changed. */
  | { readonly type: 'late'; readonly index: number };

export interface DispatcherServices {
  readonly runId: RunId;
  readonly attempts: AttemptStore;
  readonly flusher: OutputFlusher;
  readonly owed: Owed;
  newSpawnId(): string;
}

/** A claimed slot: its place in its run, and the process that it will have. */
export type ClaimedSlot = Claimed & { readonly index: number; readonly spawnId: string };

/**
 * Claims queued slots and hands them to their pool's queue; records each end before it tells anybody. Claim, attempt and
 * spawn intent are one transaction, committed before the spawn; end, last output and process's end are another.
 */
export class Dispatcher {
  constructor(readonly services: DispatcherServices) {}

  /** Claims what is still queued of `indexes`. The answer says which slots are ours now. */
  async claim(target: DispatchTarget, indexes: readonly number[]): Promise<readonly ClaimedSlot[]> {
    const { run, pool } = target;
    const { runId, attempts } = this.services;
    const asked = indexes.map((index) => ({
      index,
      jobId: slotJobId(run, index),
      spawnId: this.services.newSpawnId(),
    }));
    const claims = asked.map(({ jobId, spawnId }) => ({ jobId, process: { spawnId, path: pool.path } }));
    const claimed = await attempts.claim(runId, claims, { patient: target.isBusy() });
    return claimed.flatMap((one) => {
      const slot = asked.find(({ jobId }) => jobId === one.jobId);
      return slot === undefined ? [] : { ...one, ...slot };
    });
  }

  /** Executes one claimed slot. Rejects only when its end could not be written. */
  async execute(target: DispatchTarget, claimed: ClaimedSlot): Promise<Dispatched> {
    if (!target.pool.isOpen) return this.#release(claimed);
    const execution = this.#prepare(target, claimed);
    if (execution instanceof EspalierError) return this.#fail(target, claimed, execution);
    const endFlushing = this.services.flusher.watch(claimed, execution.capture);
    try {
      target.pool.submit(execution);
      const result = await execution.result;
      if (result.type === 'withdrawn') return await this.#release(claimed);
      target.freed(claimed.index);
      // Should what is being written be refused, it is told with the end.
      await endFlushing();
      return await this.#record(target, claimed, execution, result);
    } finally {
      await endFlushing();
    }
  }

  #prepare(target: DispatchTarget, { spawnId, jobId, attempt, input, index }: ClaimedSlot): Execution | EspalierError {
    try {
      const program = target.pool.prepare(input, index);
      const { timeoutMs } = target.policy;
      const { signal } = target;
      return new Execution({ spawnId, jobId, attempt, registered: true, timeoutMs, signal, ...program });
    } catch (error) {
      if (error instanceof EspalierError) return error;
      throw error;
    }
  }

  async #record(
    target: DispatchTarget,
    claimed: ClaimedSlot,
    execution: Execution,
    result: Extract<ExecutionResult, { type: 'ended' }>,
  ): Promise<Dispatched> {
    const verdict = judge(result.end, target.policy.timeoutMs);
    const { stdout, stderr, dropped } = execution.capture.take();
    const { exit } = result.end;
    const { durationMs, heldOpen, unproven } = result;
    const ended = { how: verdict.outcome, stopped: target.stopped(), unproven: unproven !== undefined };
    const decision = decideRetry(ended, claimed, target.policy);
    const error = errorOf(verdict, decision, unproven);
    return this.#finish(target, claimed, {
      exit,
      durationMs,
      heldOpen,
      output: { stdout, stderr, dropped },
      ...(error === undefined ? {} : { error }),
      ...(verdict.outcome === 'lost' ? { lost: true } : {}),
      ...(unproven === undefined ? {} : { unproven }),
      ...decision,
    });
  }

  /** The input fits no program: an end of the slot like any other, but nothing ran and nothing will. */
  #fail(target: DispatchTarget, claimed: ClaimedSlot, error: EspalierError): Promise<Dispatched> {
    target.freed(claimed.index);
    const decision = decideRetry({ how: 'unfit' }, claimed, target.policy);
    return this.#finish(target, claimed, { ...decision, error: toErrorRecord(error), exit: null, durationMs: 0 });
  }

  /** Gives back claims that were not started. */
  async release(claims: readonly ClaimedSlot[]): Promise<void> {
    const { attempts, runId } = this.services;
    await this.#write(() => attempts.release(runId, claims.map(identify)));
  }

  /** What is refused is told to whoever drives the run, and to the store when that takes it: nothing runs a second time. */
  async #write<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (isRefusal(error)) this.services.owed.owe(write);
      throw error;
    }
  }

  async #release(claimed: ClaimedSlot): Promise<Dispatched> {
    await this.release([claimed]);
    return { type: 'requeued', index: claimed.index };
  }

  async #finish(
    target: DispatchTarget,
    claimed: ClaimedSlot,
    end: Omit<FinishedAttempt, keyof AttemptRef>,
  ): Promise<Dispatched> {
    const { runId, attempts } = this.services;
    const { index } = claimed;
    const attempt = { ...identify(claimed), ...end };
    const recorded = await this.#write(() => attempts.finish(runId, attempt, { patient: target.isBusy() }));
    if (recorded === 'late') return { type: 'late', index };
    return end.requeue ? { type: 'requeued', index } : { type: 'finished', index, outcome: end.outcome };
  }
}

function identify({ jobId, epoch, attempt }: Claimed): AttemptRef {
  return { jobId, epoch, attempt };
}

/** The verdict's own error, or why a slot that was only interrupted does not run again. */
function errorOf(verdict: Verdict, { outcome }: RetryDecision, unproven: string | undefined): ErrorRecord | undefined {
  if ('error' in verdict) return verdict.error;
  return outcome === 'failed' && unproven !== undefined ? { code: 'ESP_QUARANTINED', message: unproven } : undefined;
}

import { type ErrorRecord, EspalierError } from '../../errors.js';
import type { RunId, RunRef } from '../../ids.js';
import { type AttemptRef, slotJobId } from '../../machines/ids/job-id.js';
import { decideRetry, type RetryDecision, type StopReason } from '../../machines/work/retry.js';
import type { RunPolicy } from '../../machines/work/run-policy.js';
import type { AttemptStore, Claimed, FinishedAttempt } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import { TransientMap } from '../../transient-map.js';
import type { Dispatch, Outcome, Report, Ticket } from '../backends/contract.js';
import type { Line } from './line.js';
import type { OutputFlusher } from './output-flusher.js';
import type { Owed } from './owed.js';

/** A run, as far as the dispatcher is concerned. */
export interface DispatchTarget {
  readonly run: RunRef;
  readonly policy: Pick<RunPolicy, 'retries' | 'timeoutMs' | 'onLost' | 'method'>;
  /** To the place where they run. */
  readonly line: Line;
  /** What becomes of a slot that was stopped. */
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

/** A claimed slot: its place in its run. */
type ClaimedSlot = Claimed & { readonly index: number };

/** What became of an accepted attempt that was executed. */
type Executed = Exclude<Outcome, { type: 'attempt.withdrawn' }>;

/**
 * Claims queued slots and hands them to the place where they run; records each end before it tells anybody, and acknowledges
 * it once it is recorded. Claim, attempt and, where the place asks for one, the registration of a process are one
 * transaction, committed before the attempt is submitted; end, last output and process's end are another.
 */
export class Dispatcher {
  /** What is claimed and not yet handed over, of each run. */
  readonly #claims = new WeakMap<DispatchTarget, TransientMap<number, ClaimedSlot>>();

  constructor(readonly services: DispatcherServices) {}

  /** Claims what is still queued of `indexes`. The answer says which slots are ours now. */
  async claim(target: DispatchTarget, indexes: readonly number[]): Promise<readonly number[]> {
    const { run, line } = target;
    const { runId, attempts, newSpawnId } = this.services;
    const { path, registers } = line.backend.describe();
    const slots = new Map(indexes.map((index) => [slotJobId(run, index), index]));
    const claims = [...slots.keys()].map((jobId) => {
      return { jobId, process: registers ? { spawnId: newSpawnId(), path } : null };
    });
    const claimed = await attempts.claim(runId, claims, { patient: target.isBusy() });
    const held = this.#held(target);
    return claimed.flatMap((claim) => {
      const index = slots.get(claim.jobId);
      if (index === undefined) return [];
      held.set(index, { ...claim, index });
      return [index];
    });
  }

  /** Executes one claimed slot. Rejects only when its end could not be written. */
  async execute(target: DispatchTarget, index: number): Promise<Dispatched> {
    const claimed = this.#held(target).take(index);
    if (!claimed) throw new EspalierError('ESP_INVALID', `slot ${index} of run ${target.run} was started unclaimed`);
    let endFlushing = (): Promise<void> => Promise.resolve();
    const accepted = ({ output }: Ticket) => {
      if (output) endFlushing = this.services.flusher.watch(claimed, output);
    };
    try {
      const answer = await target.line.run(dispatchOf(target, claimed), accepted);
      if ('cursor' in answer) return await this.#settle(target, claimed, answer, endFlushing);
      if (answer.why === 'unfit') return await this.#fail(target, claimed, answer.error);
      await this.#release([claimed]);
      return { type: 'requeued', index };
    } finally {
      await endFlushing();
    }
  }

  /** Gives back claims that were not started: those of these slots, or whatever is left. */
  async release(target: DispatchTarget, indexes?: readonly number[]): Promise<void> {
    const held = this.#held(target);
    const wanted = indexes ?? [...held].map(([index]) => index);
    await this.#release(wanted.flatMap((index) => held.take(index) ?? []));
  }

  #held(target: DispatchTarget): TransientMap<number, ClaimedSlot> {
    const held = this.#claims.get(target) ?? new TransientMap<number, ClaimedSlot>();
    this.#claims.set(target, held);
    return held;
  }

  async #settle(
    target: DispatchTarget,
    claimed: ClaimedSlot,
    { cursor, ticket, outcome }: Report,
    endFlushing: () => Promise<void>,
  ): Promise<Dispatched> {
    const acknowledge = () => target.line.backend.acknowledge(cursor);
    if (outcome.type === 'attempt.withdrawn') {
      await this.#release([claimed], acknowledge);
      return { type: 'requeued', index: claimed.index };
    }
    target.freed(claimed.index);
    // Should what is being written be refused, it is told with the end.
    await endFlushing();
    return this.#record(target, claimed, { outcome, ticket, acknowledge });
  }

  #record(
    target: DispatchTarget,
    claimed: ClaimedSlot,
    { outcome: ended, ticket, acknowledge }: { outcome: Executed; ticket: Ticket; acknowledge(): void },
  ): Promise<Dispatched> {
    const outcome = refuseWaiting(ended, claimed);
    const { exit, durationMs, heldOpen, unproven } = outcome;
    const isLost = outcome.type === 'attempt.lost';
    const how = isLost ? ('lost' as const) : outcome.how;
    const end = { how, stopped: target.stopped(), unproven: unproven !== undefined };
    const decision = decideRetry(end, claimed, target.policy);
    const error = errorOf(outcome, decision);
    const record = {
      exit,
      durationMs,
      heldOpen,
      ...takeOutput(ticket),
      ...('result' in outcome ? { result: outcome.result } : {}),
      ...(error === undefined ? {} : { error }),
      ...(isLost ? { lost: true } : {}),
      ...(unproven === undefined ? {} : { unproven }),
      ...decision,
    };
    return this.#finish(target, claimed, record, acknowledge);
  }

  /** The input fits nothing: an end of the slot like any other, but nothing ran and nothing will. */
  #fail(target: DispatchTarget, claimed: ClaimedSlot, error: ErrorRecord): Promise<Dispatched> {
    target.freed(claimed.index);
    const decision = decideRetry({ how: 'unfit' }, claimed, target.policy);
    return this.#finish(target, claimed, { ...decision, error, exit: null, durationMs: null });
  }

  async #release(claims: readonly ClaimedSlot[], acknowledge?: () => void): Promise<void> {
    if (claims.length === 0) return;
    const { attempts, runId } = this.services;
    await this.#write(async () => {
      await attempts.release(runId, claims.map(identify));
      acknowledge?.();
    });
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

  async #finish(
    target: DispatchTarget,
    claimed: ClaimedSlot,
    end: Omit<FinishedAttempt, keyof AttemptRef>,
    acknowledge?: () => void,
  ): Promise<Dispatched> {
    const { runId, attempts } = this.services;
    const { index } = claimed;
    const attempt = { ...identify(claimed), ...end };
    const recorded = await this.#write(async () => {
      const answer = await attempts.finish(runId, attempt, { patient: target.isBusy() });
      acknowledge?.();
      return answer;
    });
    if (recorded === 'late') return { type: 'late', index };
    return end.requeue ? { type: 'requeued', index } : { type: 'finished', index, outcome: end.outcome };
  }
}

function identify({ jobId, epoch, attempt }: Claimed): AttemptRef {
  return { jobId, epoch, attempt };
}

function dispatchOf({ policy }: DispatchTarget, claimed: ClaimedSlot): Dispatch {
  const { jobId, epoch, attempt, input, index, spawnId } = claimed;
  const { method = null, timeoutMs } = policy;
  return { jobId, epoch, attempt, input, index, spawnId, method, timeoutMs, context: null };
}

function takeOutput({ output }: Ticket): Pick<FinishedAttempt, 'output'> {
  if (!output) return {};
  const { take, stdout, stderr, dropped } = output.offer();
  take();
  return { output: { stdout, stderr, dropped } };
}

/** A slot has its turn in its run: it cannot wait for a person, or for jobs. */
function refuseWaiting(outcome: Executed, { jobId }: ClaimedSlot): Exclude<Executed, { how: 'suspended' }> {
  if (outcome.type !== 'attempt.completed' || outcome.how !== 'suspended') return outcome;
  const { awaits: _, ...facts } = outcome;
  const message = `${jobId} is a slot of a run, which cannot end to wait: only a job can`;
  return { ...facts, how: 'failed', error: { code: 'ESP_INVALID', message } };
}

/** The error of the work itself, or why a slot that was only interrupted does not run again. */
function errorOf(outcome: Executed, decision: RetryDecision): ErrorRecord | undefined {
  if ('error' in outcome) return outcome.error;
  const { unproven } = outcome;
  return decision.outcome === 'failed' && unproven !== undefined
    ? { code: 'ESP_QUARANTINED', message: unproven }
    : undefined;
}

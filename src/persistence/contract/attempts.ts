import type { ErrorRecord } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { AttemptRef, JobId } from '../../machines/ids/job-id.js';
import type { ProcessExit } from '../../machines/process/process.js';
import type { AttemptRecord } from '../../machines/work/attempt.js';
import type { SlotStatus } from '../../machines/work/slot.js';
import type { WriteOptions } from './options.js';

/** Which job to claim. */
export interface Claim {
  readonly jobId: JobId;
  /** The registration of the process that the attempt will have for itself on this machine, if it will have one. */
  readonly process: Companion | null;
}

/** The spawn intent that goes with a claim, in its transaction. */
interface Companion {
  readonly spawnId: string;
  /** The path of the pool; the registration carries it until the worker's is known. */
  readonly path: string;
}

/** A claimed job with what its attempt needs. Its `attempt` counts every execution, from 1. */
export interface Claimed extends AttemptRef {
  /** Of its process, if one was registered with the claim. */
  readonly spawnId: string | null;
  /** Earlier executions that ran to an end of their own: what retries are counted by. */
  readonly endedBefore: number;
  /** Earlier executions whose worker was lost while its host lived (`FinishedAttempt.lost`). */
  readonly lossesBefore: number;
  readonly input: unknown;
}

/** New bytes of a running attempt's streams, in order. */
export interface OutputChunk {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether bytes before these were dropped unread, because they came faster than they could be kept. */
  readonly dropped: boolean;
}

/** How an attempt ended. A `cancelled` attempt that is requeued was interrupted: it does not count as ended by itself. */
export interface FinishedAttempt extends AttemptRef {
  readonly outcome: Exclude<SlotStatus, 'skipped_pruned'>;
  readonly exit: ProcessExit | null;
  /** Nobody saw the end of the process: counted as a loss, not as an attempt that ended by itself. */
  readonly lost?: boolean;
  /** Why its process could not be proven gone, if it could not: the registration becomes `suspect`, not `gone`. */
  readonly unproven?: string;
  /** What came since the last flush. */
  readonly output?: OutputChunk;
  readonly heldOpen?: boolean;
  readonly result?: unknown;
  readonly error?: ErrorRecord;
  /** Null when nothing of it was executed. */
  readonly durationMs: number | null;
  /** Whether the job goes back to `queued` instead of ending. */
  readonly requeue: boolean;
}

/** A worker that has an attempt, beside others before and after it. */
export interface AttemptWorker {
  readonly path: string;
  readonly incarnation: number;
  readonly pid: number;
}

/** An attempt as it is told, with the host that it was of. */
export type OwnedAttempt = AttemptRecord & { readonly owner: RunId };

/** What became of a write about an attempt that was no longer this owner's, or of an earlier epoch: nothing. */
export type Late = 'late';

/** Executions of jobs: claimed by one host, ended once. What is written about one names its epoch. */
export interface AttemptStore {
  /**
   * Claims queued jobs: job, attempt and the registration of a process, where one is wanted, in one transaction. Those that
   * are not `queued` are left out of the answer, and so are slots of a run that neither runs nor pauses; a run of another
   * host rejects with `ESP_OWNED`.
   */
  claim(owner: RunId, claims: readonly Claim[], options?: WriteOptions): Promise<readonly Claimed[]>;
  /** Gives back claims whose program was never started; the attempt leaves no trace but the epoch. Answers for each. */
  release(owner: RunId, claims: readonly AttemptRef[]): Promise<readonly ('released' | Late)[]>;
  /**
   * Journals that a worker has it (`attempt.started`), for an attempt without a process of its own: who has one says so by that
   * (`ProcessStore.live`). One that is late changes nothing, and is not journalled.
   */
  started(owner: RunId, attempt: AttemptRef, worker: AttemptWorker, options?: WriteOptions): Promise<'recorded' | Late>;
  /**
   * Records the end of an attempt, its last output and, where it has one for itself, what became of its process, in one
   * transaction. One that is late is journalled as `attempt.late`.
   */
  finish(owner: RunId, attempt: FinishedAttempt, options?: WriteOptions): Promise<'recorded' | Late>;
}

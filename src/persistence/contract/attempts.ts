import type { ErrorRecord } from '../../errors.js';
import type { RunId, RunRef } from '../../ids.js';
import type { ProcessExit } from '../../machines/process/process.js';
import type { SlotStatus } from '../../machines/work/slot.js';
import type { WriteOptions } from './options.js';

/** Which slot to claim, and the spawn intent that goes with it. */
export interface Claim {
  readonly run: RunRef;
  readonly index: number;
  readonly spawnId: string;
  /** The path of the pool; the registration carries it until the worker's is known. */
  readonly path: string;
}

/** A claimed slot with what its attempt needs. */
export interface Claimed {
  readonly run: RunRef;
  readonly index: number;
  readonly jobId: string;
  readonly spawnId: string;
  /** Counts every execution, from 1. */
  readonly attempt: number;
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
export interface FinishedAttempt {
  readonly run: RunRef;
  readonly index: number;
  readonly attempt: number;
  readonly spawnId: string;
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
  readonly durationMs: number;
  /** Whether the job goes back to `queued` instead of ending. */
  readonly requeue: boolean;
}

/** Executions of slots: claimed by one host, ended once. */
export interface AttemptStore {
  /** Claims queued slots: job, attempt and spawn intent in one transaction. Slots that are not `queued` are left out of the answer. */
  claim(owner: RunId, claims: readonly Claim[], options?: WriteOptions): Promise<readonly Claimed[]>;
  /** Gives back claims whose program was never started; the attempt leaves no trace. */
  release(owner: RunId, claims: readonly Pick<Claimed, 'run' | 'index' | 'attempt' | 'spawnId'>[]): Promise<void>;
  /**
   * Records the end of an attempt, its last output and what became of its process in one transaction. `late` when the attempt was
   * no longer this owner's: journalled as `attempt.late`, nothing else changes.
   */
  finish(owner: RunId, attempt: FinishedAttempt, options?: WriteOptions): Promise<'recorded' | 'late'>;
}

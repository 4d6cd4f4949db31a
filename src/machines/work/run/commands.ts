import type { StopReason } from '../retry.js';
import type { Overruled } from './ruling.js';
import type { RunStatus } from './status.js';

/** How a run's actor ended. `paused`: its host stopped while the run was paused; on disk it stays so. */
export type RunEnd = 'completed' | 'stopped' | 'interrupted' | 'paused' | 'failed';

/**
 * What a run asks of whoever drives it, in this order, through the machine's one action `perform`. Performing returns at
 * once; the answer comes later as an event. Writes are called in the order in which they are asked for, and answered in
 * that order: a store that keeps the order of calls does that by itself. A write that failed is answered by
 * `write.failed` and by nothing else.
 */
export type RunCommand =
  /** The first command: read the plan of the run, which is this host's already. Answer: `plan.loaded`. */
  | { readonly type: 'load' }
  /**
   * Claim these slots on disk. Answer: `claim.granted` with those that were claimed, `claim.refused` with the others.
   * Several claims may be under way at once, one slot each once the run is at speed.
   */
  | { readonly type: 'claim'; readonly indexes: readonly number[] }
  /**
   * Run these claimed slots. Never more than `concurrency` at a time are started and not yet ended. Answer for each:
   * `place.freed` when it has ended and `attempt.recorded` once its end is on disk, the second one alone if need be, or
   * `released` when it was given back without having been run.
   */
  | { readonly type: 'start'; readonly indexes: readonly number[] }
  /** Give these claimed slots back; they were not started. Answer: `released` with the same slots. */
  | { readonly type: 'release'; readonly indexes: readonly number[] }
  /**
   * Commit these slots in this order, in one transaction. At most one such write is under way. Answer: `committed` with
   * the same slots.
   *
   * `as` null: each is finished, and its row says what its last attempt produced. Otherwise every row has the status
   * `as` and neither result nor output, whatever was recorded, and slots that are still pending are finished by it:
   * which of them ran before the ruling was known is a matter of timing and must not show.
   */
  | { readonly type: 'commit'; readonly indexes: readonly number[]; readonly as: Overruled | null }
  /**
   * Stop every started slot, now. `requeue`: they are to run again some day (the attempt is recorded as `cancelled` and
   * requeued). `cancel`: they are not wanted any more (recorded as `cancelled` for good). One that ended by itself
   * before it was reached is recorded as it ended. Answer for each as for `start`.
   */
  | { readonly type: 'stopRunning'; readonly then: StopReason }
  /** Write the run's status, whatever it was before, with what has brought it there. Answer: `status.set` with the same status. */
  | { readonly type: 'setStatus'; readonly to: Exclude<RunStatus, 'created'>; readonly error?: unknown }
  /**
   * The last command: nothing is leased, nothing is being written, no event changes anything any more. `error`: why it has
   * failed, or was interrupted by what it runs on.
   */
  | { readonly type: 'done'; readonly end: RunEnd; readonly error?: unknown };

/** What can fail; `load` is a read, the others are writes. */
export type RunWrite = 'load' | 'claim' | 'release' | 'attempt' | 'commit' | 'status';

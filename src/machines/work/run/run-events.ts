import type { SlotStatus } from '../slot.js';
import type { RunWrite } from './commands.js';
import type { Pruning } from './prune.js';
import type { RunStatus } from './status.js';

/** How a slot can end by running, or by being cancelled before it ran. */
type SlotOutcome = Exclude<SlotStatus, 'skipped_pruned'>;

/** The run as it stands on disk. */
export interface LoadedPlan {
  /** One byte per slot: 0 pending, 1 running, 2 finished, 3 committed, as the store's `plan` answers. */
  readonly slots: Uint8Array;
  /** The status of every slot that is finished and not committed. */
  readonly finished: ReadonlyMap<number, SlotStatus>;
  /** Whether a row that failed or timed out is committed: with fail-fast the rest is cancelled then. */
  readonly hasFailure: boolean;
  /**
   * What slots that read `running` are. `lost` (default): their owner is gone, they are pending. `ours`: this host has
   * them at work, and will report their end; they are not started again.
   */
  readonly running?: 'lost' | 'ours';
  /** Pruning, already shown the rows committed before; without it nothing is pruned. */
  readonly pruning?: Pruning;
}

/**
 * Everything a run can be told. Events that do not apply (a late answer, a second end of one slot) change nothing; they
 * may come in bursts, and in any order other than that answers to writes keep the order of the writes.
 */
export type RunEvent =
  /** The answer to `load`. A second one changes nothing. */
  | { readonly type: 'plan.loaded'; readonly plan: LoadedPlan }
  /** Claimed on disk. */
  | { readonly type: 'claim.granted'; readonly indexes: readonly number[] }
  /**
   * Not claimed, and nothing changed on disk: there is no room now, or the slot was not queued any more. Nothing is
   * claimed until the next `attempt.recorded`, `capacity.changed` or `resume`, so that a refusal cannot spin.
   * For a slot that ended elsewhere, `attempt.recorded` comes first.
   */
  | { readonly type: 'claim.refused'; readonly indexes: readonly number[] }
  /** Claimed slots are queued again and no attempt was recorded: their programs were never started. */
  | { readonly type: 'released'; readonly indexes: readonly number[] }
  /** A started slot's program has ended, and its end is on its way to the disk; `attempt.recorded` follows. */
  | { readonly type: 'place.freed'; readonly index: number }
  /**
   * The end of an attempt is on disk; with `requeue` the slot is queued again, otherwise it is finished. Also for a slot
   * that was pending: somebody cancelled it before it ran.
   */
  | { readonly type: 'attempt.recorded'; readonly index: number; readonly requeue: true }
  | {
      readonly type: 'attempt.recorded';
      readonly index: number;
      readonly requeue: false;
      readonly outcome: SlotOutcome;
    }
  /** The rows are on disk. Slots other than those being committed are a programmer's error: `ESP_INVALID`. */
  | { readonly type: 'committed'; readonly indexes: readonly number[] }
  | { readonly type: 'status.set'; readonly to: RunStatus }
  /** How many slots the pool has room for, 0 for none: nothing is claimed beyond that, what runs goes on. */
  | { readonly type: 'capacity.changed'; readonly slots: number }
  /** Where its slots run nothing runs any more, for good, and why: the run is interrupted, and can be continued. */
  | { readonly type: 'place.closed'; readonly error: unknown }
  /** Start nothing more; once nothing runs the run is paused. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** End the run early: what runs is stopped and queued again. It can be continued later. */
  | { readonly type: 'stop' }
  /** The host stops: as `stop`, but the run is left `interrupted`, or `paused` if it was. */
  | { readonly type: 'espalier.stop' }
  /**
   * A write failed and left nothing behind. The run starts and writes nothing more, stops what runs, and ends `failed`
   * once every leased slot has been accounted for: by its own event, or by being named here.
   */
  | {
      readonly type: 'write.failed';
      readonly write: RunWrite;
      readonly error: unknown;
      /** Slots whose lease ends with this: those of a failed claim or release, the one whose end could not be recorded. */
      readonly indexes?: readonly number[];
    };

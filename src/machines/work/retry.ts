import type { RunPolicy } from './run-policy.js';
import type { SlotStatus } from './slot.js';

/** Losses of a worker, while its host lived, after which a slot is not tried again. */
const MAX_WORKER_LOSSES = 3;

/** Why attempts are ended by us: `requeue` when the slot is to run again later, `cancel` when it is not wanted any more. */
export type StopReason = 'requeue' | 'cancel';

/** How an attempt of a slot ended. */
export interface AttemptEnd {
  /**
   * `interrupted`: we have ended it. `lost`: its worker is gone, and nobody saw the end. `host_lost`: its host is gone.
   * `unfit`: its input makes no program, so that nothing ran and nothing would.
   */
  readonly how: 'succeeded' | 'failed' | 'timed_out' | 'interrupted' | 'lost' | 'host_lost' | 'unfit';
  /** What the run wants of the slots that it stops, if it does; one that ended by itself before keeps its own end. */
  readonly stopped?: StopReason | null;
  /** Whether what was executed may still run: it could not be proven gone. */
  readonly unproven?: boolean;
}

/** The attempts of the slot before this one. */
export interface TriesBefore {
  /** Those that ran to an end of their own: what retries are counted by. */
  readonly endedBefore: number;
  /** Those whose worker was lost while its host lived. */
  readonly lossesBefore: number;
}

/** What to record: the attempt's outcome, and whether its slot goes back to the queue, or ends with that outcome. */
export interface RetryDecision {
  readonly outcome: Exclude<SlotStatus, 'skipped_pruned'>;
  readonly requeue: boolean;
}

/**
 * Decides, once an attempt has ended, whether its slot runs again: for whoever saw the end, and for whoever finds what a dead
 * host has left. Beside something that may still run it never does: what would have been tried again has failed.
 *
 * @example
 * const policy = { retries: 1, onLost: 'retry' } as const;
 * decideRetry({ how: 'failed' }, { endedBefore: 0, lossesBefore: 0 }, policy); // { outcome: 'failed', requeue: true }
 */
export function decideRetry(
  end: AttemptEnd,
  tries: TriesBefore,
  policy: Pick<RunPolicy, 'retries' | 'onLost'>,
): RetryDecision {
  const decision = decideGone(end, tries, policy);
  if (!end.unproven || !decision.requeue) return decision;
  return { outcome: decision.outcome === 'cancelled' ? 'failed' : decision.outcome, requeue: false };
}

/** The same for what is gone. */
function decideGone(
  { how, stopped = null }: AttemptEnd,
  { endedBefore, lossesBefore }: TriesBefore,
  { retries, onLost }: Pick<RunPolicy, 'retries' | 'onLost'>,
): RetryDecision {
  const isWanted = stopped !== 'cancel';
  switch (how) {
    case 'succeeded':
      return { outcome: 'succeeded', requeue: false };
    case 'unfit':
      return { outcome: 'failed', requeue: false };
    case 'interrupted':
      // Where its run goes on, its worker or its pool was stopped: that says nothing of the slot, and does not count.
      return { outcome: 'cancelled', requeue: isWanted };
    case 'failed':
    case 'timed_out':
      return { outcome: how, requeue: isWanted && endedBefore < retries };
    case 'lost':
      return afterLoss(isWanted, onLost === 'retry' && lossesBefore + 1 < MAX_WORKER_LOSSES);
    case 'host_lost':
      return afterLoss(isWanted, onLost === 'retry');
    default:
      return how satisfies never;
  }
}

/** A loss says nothing about the program, so `retries` is not asked. */
function afterLoss(isWanted: boolean, mayTryAgain: boolean): RetryDecision {
  return isWanted ? { outcome: 'failed', requeue: mayTryAgain } : { outcome: 'cancelled', requeue: false };
}

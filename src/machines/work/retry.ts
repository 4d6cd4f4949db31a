import type { SlotStatus } from './slot.js';

/** Losses of a worker, while its host lived, after which a slot is not tried again. */
const MAX_WORKER_LOSSES = 3;

/** How an execution ended. A lost one did not end by itself: its host died, or its worker while the host lived. */
export type ExecutionEnd = Exclude<SlotStatus, 'skipped_pruned'> | 'host_lost' | 'worker_lost';

export interface RetryFacts {
  /** Earlier executions that ran to an end of their own. */
  readonly endedBefore: number;
  /** Earlier losses of a worker while its host lived. */
  readonly workerLossesBefore: number;
  /** Extra attempts that the run's policy allows for failures and timeouts. */
  readonly retries: number;
  readonly onLost: 'retry' | 'fail';
  /**
   * Why the execution was ended by us, if it was: `requeue` when the run stops and the slot is to run again later,
   * `cancel` when it is not wanted any more. A slot that ended by itself before it was reached keeps its own end.
   */
  readonly stopped: 'no' | 'requeue' | 'cancel';
  /** Whether what was executed may still run: it could not be proven gone. */
  readonly unproven: boolean;
}

/** What to record: the execution's outcome, and whether the slot goes back to the queue. */
export interface RetryDecision {
  readonly outcome: Exclude<SlotStatus, 'skipped_pruned'>;
  readonly requeue: boolean;
}

/**
 * Decides, once an execution has ended, whether its slot runs again. Beside something that may still run it never does:
 * what would have been tried again has failed.
 *
 * @example
 * const counts = { endedBefore: 0, workerLossesBefore: 0, retries: 1 };
 * decideRetry('failed', { ...counts, onLost: 'retry', stopped: 'no', unproven: false }); // { outcome: 'failed', requeue: true }
 */
export function decideRetry(end: ExecutionEnd, facts: RetryFacts): RetryDecision {
  const decision = decideGone(end, facts);
  if (!facts.unproven || !decision.requeue) return decision;
  return { outcome: decision.outcome === 'cancelled' ? 'failed' : decision.outcome, requeue: false };
}

/** The same for what is gone. */
function decideGone(end: ExecutionEnd, facts: RetryFacts): RetryDecision {
  switch (end) {
    case 'succeeded':
      return { outcome: 'succeeded', requeue: false };
    case 'cancelled':
      return { outcome: 'cancelled', requeue: facts.stopped === 'requeue' };
    case 'failed':
    case 'timed_out':
      return { outcome: end, requeue: facts.stopped !== 'cancel' && facts.endedBefore < facts.retries };
    case 'host_lost':
      return afterLoss(facts, true);
    case 'worker_lost':
      return afterLoss(facts, facts.workerLossesBefore + 1 < MAX_WORKER_LOSSES);
    default:
      return end satisfies never;
  }
}

/** A loss says nothing about the program, so `retries` is not asked. */
function afterLoss(facts: RetryFacts, mayTryAgain: boolean): RetryDecision {
  if (facts.stopped === 'cancel') return { outcome: 'cancelled', requeue: false };
  return { outcome: 'failed', requeue: facts.onLost === 'retry' && mayTryAgain };
}

import type { RunId } from '../../../ids.js';
import type { Target } from './facts.js';

/**
 * Everything that `why` can name, the root of a chain before what follows from it: a full disk explains a host that ended,
 * that explains a lost attempt, and so on. Where two hold, the earlier one is the cause.
 */
export const CAUSES = [
  'full_disk',
  'lost_host',
  'lost_forker',
  'shortage',
  'poisoned',
  'memory',
  'protocol_error',
  'unresponsive',
  'spawn_failure',
  'bad_input',
  'poisoned_input',
  'suspect',
  'slow_consumer',
  'boot_failure',
  'crash_loop',
  'killed',
  'nonzero_exit',
  'failed_call',
  'timeout',
  'actor_crash',
  'lost_worker',
  'deadline',
  'budget',
  'dependency_failed',
  'parent_ended',
  'cancelled',
  'sibling_crash',
  'escalation',
  'degraded',
  'fail_fast',
  'pruned',
  'failed_slots',
  'stopped',
  'paused',
  'interrupted',
  'recycled',
  'unanswered',
  'unserved',
  'queue_paused',
  'unknown_method',
  'unknown_version',
  'unknown_operation',
  'ending_children',
  'blocked',
  'limit',
  'not_before',
  'backoff',
  'isolated',
  'waiting',
  'running',
  'succeeded',
  'ended',
] as const;
export type Cause = (typeof CAUSES)[number];

/** One fact that a finding rests on. */
export interface Evidence {
  /** The event's place in the journal; null for what is not from there. */
  readonly seq: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** One thing that happened, or that holds. */
export interface Finding {
  readonly cause: Cause;
  /** The path, slot, job, run or host that it is about. */
  readonly about: string;
  /** Whole sentences; the first names the cause. */
  readonly sentences: readonly [string, ...string[]];
  readonly evidence: readonly Evidence[];
  /** What to do about it, where there is something. */
  readonly advice: string | null;
  /** Whether it still holds; otherwise it is history. */
  readonly standing: boolean;
  /** When it last showed. */
  readonly at: number;
}

/**
 * What happened to a target. `findings` has at least one; the first is the root cause, then comes what followed from it,
 * then what is over.
 */
export interface Explanation {
  readonly target: Target;
  /** The host that it belongs to, if any. */
  readonly host: RunId | null;
  readonly findings: readonly [Finding, ...Finding[]];
  /** Whether the journal holds more than was looked at. */
  readonly partial: boolean;
}

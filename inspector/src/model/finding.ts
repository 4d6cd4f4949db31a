import type { FindingInfo } from 'espalier/client';
import type { Condition } from './condition.js';

export type Cause = FindingInfo['cause'];

/** How urgent a cause is while it holds. */
const CONDITION = {
  full_disk: 'failed',
  lost_host: 'failed',
  lost_forker: 'failed',
  shortage: 'waiting',
  poisoned: 'failed',
  memory: 'failed',
  protocol_error: 'failed',
  unresponsive: 'failed',
  spawn_failure: 'failed',
  bad_input: 'failed',
  poisoned_input: 'failed',
  suspect: 'suspect',
  slow_consumer: 'degraded',
  boot_failure: 'failed',
  crash_loop: 'failed',
  killed: 'failed',
  nonzero_exit: 'failed',
  failed_call: 'failed',
  timeout: 'failed',
  actor_crash: 'failed',
  lost_worker: 'failed',
  deadline: 'failed',
  budget: 'failed',
  dependency_failed: 'degraded',
  parent_ended: 'gone',
  cancelled: 'gone',
  sibling_crash: 'degraded',
  escalation: 'failed',
  degraded: 'degraded',
  fail_fast: 'degraded',
  pruned: 'gone',
  failed_slots: 'degraded',
  stopped: 'gone',
  paused: 'waiting',
  interrupted: 'degraded',
  recycled: 'gone',
  unanswered: 'waiting',
  unserved: 'waiting',
  queue_paused: 'waiting',
  unknown_method: 'waiting',
  unknown_version: 'waiting',
  unknown_operation: 'waiting',
  ending_children: 'waiting',
  blocked: 'waiting',
  limit: 'waiting',
  not_before: 'waiting',
  backoff: 'waiting',
  isolated: 'waiting',
  waiting: 'waiting',
  running: 'running',
  succeeded: 'gone',
  ended: 'gone',
} as const satisfies Record<Cause, Condition>;

/** The condition that a finding tells of. */
export function findingCondition({ cause }: Pick<FindingInfo, 'cause'>): Condition {
  return CONDITION[cause];
}

/** A cause in words: `memory`, `crash loop`. */
export function causeText(cause: Cause): string {
  return cause.replaceAll('_', ' ');
}

/** An explanation as it is read: the root cause, what still holds beside it, and what is over. */
export interface Story {
  readonly root: FindingInfo | null;
  readonly along: readonly FindingInfo[];
  readonly before: readonly FindingInfo[];
}

/** Puts findings, which come with the root cause first, under their headings. */
export function storyOf(findings: readonly FindingInfo[]): Story {
  const [root = null, ...others] = findings;
  return {
    root,
    along: others.filter(({ standing }) => standing),
    before: others.filter(({ standing }) => !standing),
  };
}

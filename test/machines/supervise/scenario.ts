import type { ActorExit } from '../../../src/machines/exits/exit.js';
import { startError } from '../../../src/machines/supervise/failed-start.js';
import type { ChildPolicy } from '../../../src/machines/supervise/state/child-policy.js';
import type { CallResult } from '../../../src/machines/supervise/state/commands.js';
import { SUPERVISOR_DEFAULTS, type SupervisorPolicy } from '../../../src/machines/supervise/state/state.js';

/** How a child ends; `unstarted`: by saying that it has never started in truth. */
export type End = ActorExit['kind'] | 'unstarted';

/** How one start of a child goes. */
export type Outcome = 'ok' | 'fail' | 'ignore';

/** What is done to a supervisor, one thing after the other, each until nothing moves any more. */
export type Act =
  | { readonly type: 'exit'; readonly id: string; readonly how: End }
  | { readonly type: 'startChild'; readonly child: ChildPolicy }
  | { readonly type: 'terminateChild' | 'restartChild' | 'deleteChild' | 'getChildSpec'; readonly id: string }
  | { readonly type: 'whichChildren' | 'countChildren' }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'stop' };

/** A supervisor, how the starts of its children go (those not named go well), and what is done to it. */
export interface Scenario {
  readonly policy: SupervisorPolicy;
  readonly children: readonly ChildPolicy[];
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
  readonly acts: readonly Act[];
}

export function policy(options: Partial<SupervisorPolicy> = {}): SupervisorPolicy {
  return { ...SUPERVISOR_DEFAULTS, path: '/s', ...options };
}

export function child(id: string, options: Partial<ChildPolicy> = {}): ChildPolicy {
  return { id, restart: 'permanent', shutdown: 5000, type: 'worker', significant: false, ...options };
}

/** @param path the child's own; a failed start names it */
export function exitOf(kind: End, path = ''): ActorExit {
  if (kind === 'unstarted') return { kind: 'crash', error: startError(path, new Error('no workers')) };
  return kind === 'crash' ? { kind, error: new Error('boom') } : { kind };
}

/** One line for an answer, the same whoever gave it. */
export function describeResult(result: CallResult): string {
  if (!result.ok) return result.error;
  if ('ignored' in result) return result.ignored ? 'ok ignored' : 'ok started';
  if ('children' in result) return result.children.map(({ id, status }) => `${id}:${status}`).join(' ') || 'none';
  if ('counts' in result) return Object.values(result.counts).join('/');
  if ('child' in result) return `ok ${result.child.id}`;
  return 'ok';
}

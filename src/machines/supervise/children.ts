import type { ChildPolicy } from './policy.js';

/**
 * - `stopped`: specified, not running: it ended as expected, ignored its start, or was terminated
 * - `restarting`: it is to be restarted, and waits for its turn or its backoff
 */
export type ChildStatus = 'starting' | 'running' | 'stopping' | 'restarting' | 'stopped';

/** A supervisor's record of one child. */
export interface Child {
  readonly policy: ChildPolicy;
  readonly status: ChildStatus;
  /** Of the latest start; 0 before the first. */
  readonly incarnation: number;
  /** Failed starts and short lives in a row: what its backoff grows with. */
  readonly failures: number;
  /** Milliseconds; when its present incarnation had started. */
  readonly startedAt: number;
}

/** The children of a supervisor in the order of their start, by id. Not changed in place. */
export type Children = ReadonlyMap<string, Child>;

/** A child that has not been started. `incarnation` is the highest its path has had. */
export function newChild(policy: ChildPolicy, incarnation = 0): Child {
  return { policy, status: 'stopped', incarnation, failures: 0, startedAt: 0 };
}

/** Adds a child as the last, or replaces it where it stands. */
export function put(children: Children, child: Child): Children {
  return new Map(children).set(child.policy.id, child);
}

/** Takes a child out. */
export function remove(children: Children, id: string): Children {
  const rest = new Map(children);
  rest.delete(id);
  return rest;
}

import type { Backoff } from '../../time/backoff.js';

/** What decides the life of a job, beside what it does; kept with it. */
export interface JobPolicy {
  /** Attempts that run to an end of their own, at most; at least 1. */
  readonly attempts: number;
  /** Between them. */
  readonly backoff: Backoff;
  /** Of each attempt, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** What becomes of it when its host or its worker dies. */
  readonly onLost: 'retry' | 'fail';
  /** What becomes of it when a job that it waits for does not succeed. */
  readonly onDependency: 'fail' | 'run';
  /** What becomes of it when its parent ends without success. */
  readonly onParentEnd: 'cancel' | 'abandon';
  /** After so many deaths of its host in a row it runs alone; null for never. */
  readonly isolateAfter: number | null;
}

/** Milliseconds that a job of priority 0 is ahead of one of priority 1. */
const AGING_MS = 60_000;

/**
 * Where a job stands in its queue: the lower rank starts first. Priority is a head start and no more: one of priority 2
 * stands where one of priority 0 does that came two minutes later, and is passed by nothing that came after that.
 *
 * @param startableAt milliseconds since the epoch, from which it may start
 * @example
 * jobRank(1_000_000, 2); // 1120000
 */
export function jobRank(startableAt: number, priority: number): number {
  return startableAt + priority * AGING_MS;
}

/** Why a job that could be claimed is not: it is parked until that ends. */
export const PARKED_REASONS = ['not_before', 'backoff', 'limit', 'method', 'version', 'budget'] as const;
export type ParkedReason = (typeof PARKED_REASONS)[number];

/** Why others want a job that runs to end. */
export const WISHES = ['cancel', 'deadline', 'budget', 'parent'] as const;
export type JobWish = (typeof WISHES)[number];

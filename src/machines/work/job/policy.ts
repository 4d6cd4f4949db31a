import type { Backoff } from '../../time/backoff.js';

/** How much of each unit, such as `usd` or `tokens`. */
export type Amounts = Readonly<Record<string, number>>;

/** How the usage of a program is read from the JSON lines that it prints. */
export interface UsageSource {
  /** Where each unit stands in a line, as a JSON pointer. */
  readonly units: Readonly<Record<string, string>>;
  readonly from: 'last-line' | 'each-line';
  /** `sum`: each line tells what is added; `cumulative`: each tells the whole so far. */
  readonly as: 'sum' | 'cumulative';
}

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
  /** Where the usage of a program is read; null where it prints none. */
  readonly usage: UsageSource | null;
  /** What is held of the budgets above it from its claim until its usage is known. */
  readonly reserve: Amounts;
  /** What is done in the transaction that records its success; null for nothing. */
  readonly commit: { readonly operation: string; readonly args: unknown } | null;
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
export const PARKED_REASONS = [
  'not_before',
  'backoff',
  'limit',
  'method',
  'version',
  'operation',
  'budget',
  'children',
] as const;
export type ParkedReason = (typeof PARKED_REASONS)[number];

/**
 * The exit code of a program of a job that ends to wait; 0 says the same. `espalier ask` and `espalier wait` end with it, so that
 * a script which stops at the first error does so by itself.
 */
export const EXIT_WAITS = 75;

/** Why others want a job that runs to end. */
export const WISHES = ['cancel', 'deadline', 'budget', 'parent'] as const;
export type JobWish = (typeof WISHES)[number];

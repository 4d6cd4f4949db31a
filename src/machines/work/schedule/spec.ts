import type { Amounts, JobPolicy } from '../job/policy.js';

/**
 * What becomes of instants that passed while no host looked. `none`: the newest is made if it is hardly late, the others are
 * not. `last`: the newest is made, however late. `all`: the newest hundred are made, one after the other.
 */
export const CATCH_UPS = ['none', 'last', 'all'] as const;
type CatchUp = (typeof CATCH_UPS)[number];

/**
 * What becomes of an instant while the job of an earlier one has not ended. `skip`: it is skipped. `queue`: its job starts
 * after those before it. `allow`: its job starts beside them.
 */
export const OVERLAPS = ['skip', 'queue', 'allow'] as const;
type Overlap = (typeof OVERLAPS)[number];

/** When: by a rule, in a time zone, or once, in milliseconds since the epoch. */
export type ScheduleTiming =
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
  | { readonly kind: 'at'; readonly at: number };

/** Whether two timings mean the same instants. */
export function sameTiming(a: ScheduleTiming, b: ScheduleTiming): boolean {
  if (a.kind === 'at' || b.kind === 'at') return a.kind === 'at' && b.kind === 'at' && a.at === b.at;
  return a.cron === b.cron && a.timezone === b.timezone;
}

/** What each occurrence does: a job, of which only key, times and dependencies come with the occurrence. */
interface ScheduledJob {
  readonly queue: string;
  /** Null where the queue runs programs. */
  readonly method: string | null;
  readonly version: string | null;
  /** Any JSON value. */
  readonly input: unknown;
  readonly priority: number;
  readonly limits: readonly string[];
  readonly policy: JobPolicy;
  /** What each of its jobs, and all below it, may use, by unit; empty for any amount. */
  readonly budget: Amounts;
  /** So long after it may start its job must have ended; null for ever. */
  readonly deadlineMs: number | null;
  /** Any JSON value of the user's; null for none. */
  readonly meta: unknown;
}

/** A schedule as it is set: whole. Times are milliseconds since the epoch. */
export interface ScheduleSpec {
  readonly timing: ScheduleTiming;
  readonly catchUp: CatchUp;
  readonly overlap: Overlap;
  /** Instants before it are none, nor those after `until`; null for no bound. */
  readonly from: number | null;
  readonly until: number | null;
  /** Its jobs start up to so many milliseconds late, each its own. */
  readonly jitterMs: number;
  readonly job: ScheduledJob;
}

/**
 * Why an instant makes no job. `missed`: nobody looked at its time, and `catchUp` does not want it. `limit`: there were more
 * than are caught up with. `overlap`: an earlier job had not ended. `full`: too many wait already. `paused`: the schedule
 * was. `key`: somebody else's job has the key.
 */
export const SKIP_REASONS = ['missed', 'limit', 'overlap', 'full', 'paused', 'key'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

import { type DueInstants, MOST_CAUGHT_UP } from './due.js';
import type { ScheduleSpec, SkipReason } from './spec.js';

/** An instant that is later than this, in milliseconds, was missed: a host that lives looks twice as often. */
export const MISSED_AFTER_MS = 60_000;

/** Between the starts of occurrences that are made together, in milliseconds. */
export const SPREAD_MS = 1000;

/** Jobs of one schedule that wait for each other, at most. */
export const MOST_QUEUED = 100;

/** An instant that makes a job. */
export interface MadeOccurrence {
  readonly at: number;
  /** When its job may start, in milliseconds since the epoch; null for at once. */
  readonly notBefore: number | null;
}

/** Instants in a row that make none, for one reason. */
export interface SkippedInstants {
  readonly since: number;
  /** The last of them. */
  readonly at: number;
  /** How many; null when nobody has counted them. */
  readonly count: number | null;
  readonly reason: SkipReason;
}

/** What becomes of the instants that are due: each is made or skipped, and lies behind the new cursor. */
export interface ScheduleDecision {
  readonly made: readonly MadeOccurrence[];
  readonly skipped: readonly SkippedInstants[];
  readonly cursor: number;
}

/** A schedule as it stands when its instants are due. */
export interface ScheduleStanding {
  readonly name: string;
  /** Up to it everything is decided. */
  readonly cursor: number;
  /** Jobs of it that have not ended, those in backoff or waiting for somebody among them. */
  readonly unfinished: number;
  readonly now: number;
}

/**
 * Decides what becomes of the instants of a schedule that are due. The cursor never goes back, whatever the clock does: an
 * instant that was decided once is never due again.
 */
export function decideOccurrences(
  spec: Pick<ScheduleSpec, 'catchUp' | 'overlap' | 'jitterMs'>,
  due: DueInstants,
  standing: ScheduleStanding,
): ScheduleDecision {
  const { name, now } = standing;
  const chosen = choose(spec, due, now);
  const passed = due.newest.slice(0, due.newest.length - chosen.length);
  const skipped = passedBy(spec, due, passed);
  const made: MadeOccurrence[] = [];
  for (const at of chosen) {
    const reason = refusalOf(spec, standing.unfinished + made.length);
    if (reason === null) {
      const delay = jitterOf(name, at, spec.jitterMs);
      made.push({ at, notBefore: startOf(at + delay, now + made.length * SPREAD_MS, now) });
    } else add(skipped, at, reason);
  }
  return { made, skipped, cursor: Math.max(standing.cursor, due.newest.at(-1) ?? standing.cursor) };
}

function choose({ catchUp }: Pick<ScheduleSpec, 'catchUp'>, { newest }: DueInstants, now: number): readonly number[] {
  switch (catchUp) {
    case 'none':
      return newest.slice(-1).filter((at) => now - at <= MISSED_AFTER_MS);
    case 'last':
      return newest.slice(-1);
    case 'all':
      return newest.slice(-MOST_CAUGHT_UP);
    default:
      return catchUp satisfies never;
  }
}

/** What is not caught up with is one entry, however much it is. */
function passedBy(
  { catchUp }: Pick<ScheduleSpec, 'catchUp'>,
  { earlier }: DueInstants,
  passed: readonly number[],
): SkippedInstants[] {
  const reason = catchUp === 'all' ? 'limit' : 'missed';
  if (earlier !== null) return [{ since: earlier.since, at: passed.at(-1) ?? earlier.at, count: null, reason }];
  const [since] = passed;
  return since === undefined ? [] : [{ since, at: passed.at(-1) ?? since, count: passed.length, reason }];
}

function refusalOf({ overlap }: Pick<ScheduleSpec, 'overlap'>, unfinished: number): SkipReason | null {
  switch (overlap) {
    case 'skip':
      return unfinished > 0 ? 'overlap' : null;
    case 'queue':
      return unfinished >= MOST_QUEUED ? 'full' : null;
    case 'allow':
      return null;
    default:
      return overlap satisfies never;
  }
}

function add(skipped: SkippedInstants[], at: number, reason: SkipReason): void {
  const before = skipped.at(-1);
  if (before?.reason !== reason || before.count === null) skipped.push({ since: at, at, count: 1, reason });
  else skipped[skipped.length - 1] = { ...before, at, count: before.count + 1 };
}

function startOf(wanted: number, spread: number, now: number): number | null {
  const start = Math.max(wanted, spread);
  return start > now ? start : null;
}

/** The same for the same occurrence, whichever host computes it, and another for each schedule of the same minute. */
function jitterOf(name: string, at: number, jitterMs: number): number {
  return jitterMs === 0 ? 0 : Math.floor((hashOf(`${name}@${at}`) / 2 ** 32) * jitterMs);
}

/** FNV-1a, and the last step of MurmurHash3, which spreads neighbours. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

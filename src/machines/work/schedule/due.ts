/** The instants of a schedule, in milliseconds since the epoch. Each question costs up to half a millisecond. */
export interface Instants {
  /** The first one after a moment; null when none follows. */
  after(moment: number): number | null;
  /** The last one that is not after a moment; null when none came before. */
  upTo(moment: number): number | null;
}

/** Occurrences that are caught up with, at most. */
export const MOST_CAUGHT_UP = 100;

/** The instants of a schedule that are due. */
export interface DueInstants {
  /** The newest, at most `MOST_CAUGHT_UP`, in their order. */
  readonly newest: readonly number[];
  /** The first and the last of those before them, which nobody counts; null when there are none. */
  readonly earlier: { readonly since: number; readonly at: number } | null;
  /** The first that is not due; null when none follows. */
  readonly next: number | null;
}

/**
 * Finds the instants after a cursor up to now. After a year of nothing there may be millions, of which it looks at no more
 * than twice the hundred that can be made: it yields after each, so that others have their turn.
 */
export function* dueInstants(instants: Instants, cursor: number, now: number): Generator<void, DueInstants, void> {
  const found: number[] = [];
  let next = instants.after(cursor);
  while (next !== null && next <= now && found.length < MOST_CAUGHT_UP) {
    found.push(next);
    yield;
    next = instants.after(next);
  }
  const [first] = found;
  if (first === undefined || next === null || next > now) return { newest: found, earlier: null, next };
  const newest: number[] = [];
  let last = instants.upTo(now);
  while (last !== null && last > cursor && newest.length < MOST_CAUGHT_UP) {
    newest.unshift(last);
    yield;
    last = instants.upTo(last - 1);
  }
  const earlier = last !== null && last > cursor ? { since: first, at: last } : null;
  return { newest, earlier, next: instants.after(now) };
}

/** What the choice of a seat looks at. */
export interface SeatLoad {
  /** Work in it now. */
  readonly load: number;
  /** Work it takes at once. */
  readonly capacity: number;
  /** When it last took work: any rising number. */
  readonly lastUsed: number;
  /** Whether what ran in it last ended in a way that bodes ill: it is taken only when no other has room. */
  readonly tainted?: boolean;
}

/** What one piece of work wishes of its seat. */
export interface Wish<S> {
  /** Taken if it has room. */
  readonly prefers?: S | undefined;
  /** Taken only when no other has room: the work has died there. */
  readonly avoids?: ReadonlySet<string> | undefined;
}

/**
 * The seat that takes the next piece of work: the least loaded of those with room, among equals the least recently used;
 * what the work avoids, and tainted seats, only when there is no other.
 *
 * @example
 * checkout([{ load: 1, capacity: 2, lastUsed: 5 }, { load: 0, capacity: 2, lastUsed: 9 }]); // the second
 */
export function checkout<S extends SeatLoad & { readonly id?: string }>(
  seats: Iterable<S>,
  { prefers, avoids }: Wish<S> = {},
): S | null {
  let best: S | null = null;
  for (const seat of seats) {
    if (seat.load >= seat.capacity) continue;
    if (seat === prefers) return seat;
    if (best === null || precedes(seat, best, avoids)) best = seat;
  }
  return best;
}

function precedes<S extends SeatLoad & { readonly id?: string }>(a: S, b: S, avoids?: ReadonlySet<string>): boolean {
  const doubt = doubtOf(a, avoids) - doubtOf(b, avoids);
  if (doubt !== 0) return doubt < 0;
  return a.load < b.load || (a.load === b.load && a.lastUsed < b.lastUsed);
}

function doubtOf({ id, tainted }: SeatLoad & { readonly id?: string }, avoids?: ReadonlySet<string>): number {
  return (tainted ? 1 : 0) + (id !== undefined && avoids?.has(id) ? 2 : 0);
}

/** What a full queue does with new work. */
export const OVERFLOW_POLICIES = ['reject', 'wait', 'drop-oldest'] as const;
export type OverflowPolicy = (typeof OVERFLOW_POLICIES)[number];

/** What becomes of a piece of work that arrives at a queue of `length`. */
export type Admission = 'enqueue' | 'reject' | 'hold' | 'replace-oldest';

/** `wait` holds the caller back until there is room; the work itself stays with the caller. */
export function admit(policy: OverflowPolicy, length: number, limit: number): Admission {
  if (length < limit) return 'enqueue';
  switch (policy) {
    case 'reject':
      return 'reject';
    case 'wait':
      return 'hold';
    case 'drop-oldest':
      return limit > 0 ? 'replace-oldest' : 'reject';
    default:
      return policy satisfies never;
  }
}

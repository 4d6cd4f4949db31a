/** What the choice of a slot looks at. */
export interface SlotLoad {
  /** Work in it now. */
  readonly load: number;
  /** Work it takes at once. */
  readonly capacity: number;
  /** When it last took work: any rising number. */
  readonly lastUsed: number;
  /** Whether what ran in it last ended in a way that bodes ill: it is taken only when no other has room. */
  readonly tainted?: boolean;
}

/** What one piece of work wishes of its slot. */
export interface Wish<S> {
  /** Taken if it has room. */
  readonly prefers?: S | undefined;
  /** Taken only when no other has room: the work has died there. */
  readonly avoids?: ReadonlySet<string> | undefined;
}

/**
 * The slot that takes the next piece of work: the least loaded of those with room, among equals the least recently used;
 * what the work avoids, and tainted slots, only when there is no other.
 *
 * @example
 * checkout([{ load: 1, capacity: 2, lastUsed: 5 }, { load: 0, capacity: 2, lastUsed: 9 }]); // the second
 */
export function checkout<S extends SlotLoad & { readonly id?: string }>(
  slots: Iterable<S>,
  { prefers, avoids }: Wish<S> = {},
): S | null {
  let best: S | null = null;
  for (const slot of slots) {
    if (slot.load >= slot.capacity) continue;
    if (slot === prefers) return slot;
    if (best === null || precedes(slot, best, avoids)) best = slot;
  }
  return best;
}

function precedes<S extends SlotLoad & { readonly id?: string }>(a: S, b: S, avoids?: ReadonlySet<string>): boolean {
  const doubt = doubtOf(a, avoids) - doubtOf(b, avoids);
  if (doubt !== 0) return doubt < 0;
  return a.load < b.load || (a.load === b.load && a.lastUsed < b.lastUsed);
}

function doubtOf({ id, tainted }: SlotLoad & { readonly id?: string }, avoids?: ReadonlySet<string>): number {
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

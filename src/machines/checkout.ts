/** What the choice of a slot looks at. */
export interface SlotLoad {
  /** Work in it now. */
  readonly load: number;
  /** Work it takes at once. */
  readonly capacity: number;
  /** When it last took work: any rising number. */
  readonly lastUsed: number;
}

/**
 * The slot that takes the next piece of work: the least loaded of those with room, among equals the least recently used.
 *
 * @example
 * checkout([{ load: 1, capacity: 2, lastUsed: 5 }, { load: 0, capacity: 2, lastUsed: 9 }]); // the second
 */
export function checkout<S extends SlotLoad>(slots: Iterable<S>): S | null {
  let best: S | null = null;
  for (const slot of slots) {
    if (slot.load >= slot.capacity) continue;
    if (best === null || precedes(slot, best)) best = slot;
  }
  return best;
}

function precedes(a: SlotLoad, b: SlotLoad): boolean {
  return a.load < b.load || (a.load === b.load && a.lastUsed < b.lastUsed);
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

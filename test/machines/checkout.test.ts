import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, checkout } from '../../src/machines/checkout.js';

const slot = fc.record({ load: fc.nat(4), capacity: fc.nat(4), lastUsed: fc.nat(100) });

describe('checkout', () => {
  it('takes the least loaded slot, among equals the least recently used', () => {
    const busy = { load: 1, capacity: 2, lastUsed: 0 };
    const recent = { load: 0, capacity: 2, lastUsed: 9 };
    const rested = { load: 0, capacity: 2, lastUsed: 3 };
    expect(checkout([busy, recent, rested])).toBe(rested);
  });

  it('never takes a slot without room, and finds one whenever there is room', () => {
    fc.assert(
      fc.property(fc.array(slot), (slots) => {
        const chosen = checkout(slots);
        const withRoom = slots.filter(({ load, capacity }) => load < capacity);
        if (chosen === null) return withRoom.length === 0;
        return withRoom.includes(chosen) && withRoom.every(({ load }) => load >= chosen.load);
      }),
    );
  });
});

describe('admit', () => {
  it('names one answer for each policy at the limit', () => {
    expect(admit('reject', 2, 3)).toBe('enqueue');
    expect(admit('reject', 3, 3)).toBe('reject');
    expect(admit('wait', 3, 3)).toBe('hold');
    expect(admit('drop-oldest', 3, 3)).toBe('replace-oldest');
    expect(admit('drop-oldest', 0, 0)).toBe('reject');
  });
});

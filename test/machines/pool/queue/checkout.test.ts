import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, checkout } from '../../../../src/machines/pool/queue/checkout.js';

const seat = fc.record({ load: fc.nat(4), capacity: fc.nat(4), lastUsed: fc.nat(100) });

describe('checkout', () => {
  it('takes the least loaded seat, among equals the least recently used', () => {
    const busy = { load: 1, capacity: 2, lastUsed: 0 };
    const recent = { load: 0, capacity: 2, lastUsed: 9 };
    const rested = { load: 0, capacity: 2, lastUsed: 3 };
    expect(checkout([busy, recent, rested])).toBe(rested);
  });

  it('takes the seat that the work prefers if that has room, however loaded it is', () => {
    const idle = { id: 'a', load: 0, capacity: 2, lastUsed: 0 };
    const home = { id: 'b', load: 1, capacity: 2, lastUsed: 9 };
    const full = { id: 'c', load: 2, capacity: 2, lastUsed: 9 };
    expect(checkout([idle, home, full], { prefers: home })).toBe(home);
    expect(checkout([idle, home, full], { prefers: full })).toBe(idle);
  });

  it('takes a tainted seat only when no other has room, and one where the work has died only after that', () => {
    const good = { id: 'a', load: 3, capacity: 4, lastUsed: 9 };
    const tainted = { id: 'b', load: 1, capacity: 4, lastUsed: 3, tainted: true };
    const deadly = { id: 'c', load: 0, capacity: 4, lastUsed: 0 };
    const nameless = { load: 2, capacity: 4, lastUsed: 0 };
    const avoids = new Set(['c']);
    for (const seats of [
      [deadly, tainted, good],
      [good, tainted, deadly],
    ]) {
      expect(checkout(seats, { avoids })).toBe(good);
      expect(checkout(seats)).toBe(deadly);
    }
    expect(checkout([deadly, tainted], { avoids })).toBe(tainted);
    expect(checkout([{ ...tainted, id: 'c' }, deadly], { avoids })).toBe(deadly);
    expect(checkout([deadly], { avoids })).toBe(deadly);
    expect(checkout([deadly, nameless], { avoids })).toBe(nameless);
  });

  it('keeps to the first of those that are equal', () => {
    const [first, second] = [1, 2].map((id) => ({ id: String(id), load: 1, capacity: 2, lastUsed: 4 }));
    expect(checkout([first, second].flatMap((one) => one ?? []))).toBe(first);
  });

  it('never takes a seat without room, and finds one whenever there is room', () => {
    fc.assert(
      fc.property(fc.array(seat), (seats) => {
        const chosen = checkout(seats);
        const withRoom = seats.filter(({ load, capacity }) => load < capacity);
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
    expect(admit('reject', 9, 3)).toBe('reject');
    expect(admit('wait', 3, 3)).toBe('hold');
    expect(admit('drop-oldest', 3, 3)).toBe('replace-oldest');
    expect(admit('drop-oldest', 0, 0)).toBe('reject');
  });
});

import { describe, expect, it } from 'vitest';
import { callLimit, type Wear, wornBy } from '../../../src/machines/worker/recycle.js';

const fresh: Wear = { now: 1000, readyAt: 1000, calls: 0, running: 0, usedAt: null, rss: null };
const never = Number.POSITIVE_INFINITY;

describe('when a worker is worn', () => {
  it('spreads the calls of a worker by a tenth to either side', () => {
    expect([0, 0.5, 0.999999].map((random) => callLimit({ maxCalls: 1000 }, random))).toEqual([900, 1000, 1100]);
    expect(callLimit({ maxCalls: 1 }, 0)).toBe(1);
    expect(callLimit({}, 0.5)).toBe(never);
  });

  it('is never, without a limit', () => {
    expect(wornBy({}, never, { ...fresh, now: 1e12, calls: 1e9, usedAt: 0, rss: 1e12 })).toBeNull();
  });

  it('is at each limit, not before it', () => {
    expect(wornBy({}, 10, { ...fresh, calls: 9 })).toBeNull();
    expect(wornBy({}, 10, { ...fresh, calls: 10 })).toBe('maxCalls');
    expect(wornBy({ ttl: 500 }, never, { ...fresh, now: 1499 })).toBeNull();
    expect(wornBy({ ttl: 500 }, never, { ...fresh, now: 1500 })).toBe('ttl');
    expect(wornBy({ maxRss: 100 }, never, { ...fresh, rss: 100 })).toBeNull();
    expect(wornBy({ maxRss: 100 }, never, { ...fresh, rss: 101 })).toBe('maxRss');
    expect(wornBy({ idleTtl: 500 }, never, { ...fresh, now: 2000, usedAt: 1501 })).toBeNull();
    expect(wornBy({ idleTtl: 500 }, never, { ...fresh, now: 2000, usedAt: 1500 })).toBe('idleTtl');
  });

  it('is not by memory that nobody could read', () => {
    expect(wornBy({ maxRss: -1 }, never, fresh)).toBeNull();
  });

  it('is not idle while it works, nor before it has ever worked', () => {
    expect(wornBy({ idleTtl: 500 }, never, { ...fresh, now: 1e9, usedAt: 0, running: 1 })).toBeNull();
    expect(wornBy({ idleTtl: 500 }, never, { ...fresh, now: 1e9 })).toBeNull();
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffDelay, DEFAULT_BACKOFF } from '../../../src/machines/time/backoff.js';

it('doubles from 100 ms to 30 s by default', () => {
  const delays = Array.from({ length: 11 }, (_, attempt) => backoffDelay(DEFAULT_BACKOFF, attempt, 0.5));
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
});

it('spreads by the jitter to either side', () => {
  expect(backoffDelay(DEFAULT_BACKOFF, 0, 0)).toBe(90);
  expect(backoffDelay(DEFAULT_BACKOFF, 0, 0.999_999)).toBe(110);
});

it('never exceeds the maximum and is never negative, however many attempts', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const delay = backoffDelay({ ...DEFAULT_BACKOFF, jitter: 1 }, attempt, random);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(DEFAULT_BACKOFF.maxMs);
    }),
  );
});

import { expect, it } from 'vitest';
import { addRestart } from '../../../src/machines/supervise/intensity.js';

const policy = { intensity: 2, periodMs: 5000 };

it('allows as many restarts within the period as the intensity says, and no more', () => {
  expect(addRestart(policy, [0], 5000)).toEqual({ restarts: [0, 5000], exceeded: false });
  expect(addRestart(policy, [0, 1], 5000).exceeded).toBe(true);
});

it('forgets what is older than the period', () => {
  expect(addRestart(policy, [0, 1], 5001)).toEqual({ restarts: [1, 5001], exceeded: false });
});

it('counts a restart exactly one period ago', () => {
  expect(addRestart({ intensity: 1, periodMs: 5000 }, [0], 5000).exceeded).toBe(true);
});

it('allows none when the intensity is 0', () => {
  expect(addRestart({ intensity: 0, periodMs: 5000 }, [], 0).exceeded).toBe(true);
});

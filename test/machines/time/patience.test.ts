import { describe, expect, it } from 'vitest';
import {
  BOOT_PATIENCE,
  judgeSilence,
  PATIENCE,
  type PatienceVerdict,
  type Silence,
} from '../../../src/machines/time/patience.js';

/** The verdicts of looks a second apart, or as far apart as said, on one that is silent from the first on. */
function verdicts(count: number, { stopped = false, gaps = {} as Record<number, number> } = {}): PatienceVerdict[] {
  let state: Silence = { lookedAt: 0, looks: 0 };
  let now = 0;
  return Array.from({ length: count }, (_, i) => {
    now += gaps[i] ?? PATIENCE.everyMs;
    const judged = judgeSilence(PATIENCE, state, { now, answered: false, isStopped: () => stopped });
    state = judged.state;
    return judged.verdict;
  });
}

describe('the patience with a helper that does not answer', () => {
  it('ends after fifteen looks', () => {
    expect(verdicts(15)).toEqual([...Array(14).fill('silent'), 'give up']);
  });

  it('has a stopped one go on, from the second look', () => {
    expect(verdicts(4, { stopped: true })).toEqual(['silent', 'wake', 'wake', 'wake']);
    expect(verdicts(15, { stopped: true }).at(-1)).toBe('give up');
  });

  it('begins anew with each answer, and does not ask then whether it is stopped', () => {
    const isStopped = () => {
      throw new Error('nobody is to ask');
    };
    const judged = judgeSilence(PATIENCE, { lookedAt: 0, looks: 14 }, { now: 1000, answered: true, isStopped });
    expect(judged).toEqual({ state: { lookedAt: 1000, looks: 0 }, verdict: 'answers' });
  });

  it('does not count a look that comes late: then this host slept, and its helper with it', () => {
    expect(verdicts(15, { gaps: { 14: 600_000 } }).at(-1)).toBe('silent');
    expect(verdicts(16, { gaps: { 14: 600_000 } }).at(-1)).toBe('give up');
  });

  it('is longer with one that is being loaded', () => {
    expect(BOOT_PATIENCE.giveUpAfter).toBeGreaterThan(PATIENCE.giveUpAfter);
  });
});

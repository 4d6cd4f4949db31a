import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../src/testing/index.js';
import { TimeLimit } from '../src/time-limit.js';

describe('a time limit', () => {
  it('fires when its time is up, and not before', () => {
    const clock = new SimulatedClock();
    const limit = new TimeLimit(clock, 100, undefined);
    clock.increment(99);
    expect([limit.signal.aborted, limit.isLate]).toEqual([false, false]);
    clock.increment(1);
    expect([limit.signal.aborted, limit.isLate]).toEqual([true, true]);
  });

  it('fires with the reason of the caller who gives up, and is not late then', () => {
    const clock = new SimulatedClock();
    const caller = new AbortController();
    const limit = new TimeLimit(clock, 100, caller.signal);
    caller.abort('enough');
    clock.increment(200);
    expect([limit.signal.reason, limit.isLate, clock.pending]).toEqual(['enough', false, []]);
  });

  it('stays late when the caller gives up afterwards', () => {
    const clock = new SimulatedClock();
    const caller = new AbortController();
    const limit = new TimeLimit(clock, 100, caller.signal);
    clock.increment(100);
    caller.abort('enough');
    expect([limit.isLate, limit.signal.reason]).not.toContain('enough');
    expect(limit.isLate).toBe(true);
  });

  it('fires at once for a caller who has given up before', () => {
    const clock = new SimulatedClock();
    const limit = new TimeLimit(clock, 100, AbortSignal.abort('gone'));
    expect([limit.signal.reason, limit.isLate, clock.pending]).toEqual(['gone', false, []]);
  });

  it('is one of any number that a caller gives up with one signal, without a warning', async () => {
    const warnings: Error[] = [];
    const heard = (warning: Error) => void warnings.push(warning);
    process.on('warning', heard);
    const caller = new AbortController();
    const limits = Array.from({ length: 20 }, () => new TimeLimit(new SimulatedClock(), 100, caller.signal));
    caller.abort();
    expect(limits.every(({ signal }) => signal.aborted)).toBe(true);
    // Warnings come in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', heard);
    expect(warnings).toEqual([]);
  });

  it('leaves nothing behind once it has ended', () => {
    const clock = new SimulatedClock();
    const caller = new AbortController();
    const limit = new TimeLimit(clock, 100, caller.signal);
    limit.end();
    expect(clock.pending).toEqual([]);
    caller.abort();
    expect(limit.signal.aborted).toBe(false);
  });
});

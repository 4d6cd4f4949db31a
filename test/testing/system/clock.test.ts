import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { SimulatedClock } from '../../../src/testing/index.js';

describe('a simulated clock', () => {
  it('fires what becomes due in order, each at its own moment', () => {
    const clock = new SimulatedClock(1000);
    const fired: [string, number][] = [];
    const set = (name: string, ms: number) => clock.setTimeout(() => fired.push([name, clock.now()]), ms);
    set('late', 30);
    set('early', 10);
    set('early too', 10);
    set('never', 31);
    clock.increment(30);
    expect(fired).toEqual([
      ['early', 1010],
      ['early too', 1010],
      ['late', 1030],
    ]);
    expect([clock.now(), clock.pending]).toEqual([1030, [1031]]);
  });

  it('fires a timer that another has set on the way, if it is due', () => {
    const clock = new SimulatedClock();
    const ticks: number[] = [];
    const tick = () => {
      ticks.push(clock.now());
      clock.setTimeout(tick, 10);
    };
    clock.setTimeout(tick, 10);
    clock.increment(35);
    expect(ticks).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
  });

  it('does not fire what was cleared, also on the way', () => {
    const clock = new SimulatedClock();
    const fired: string[] = [];
    const second = clock.setTimeout(() => fired.push('second'), 10);
    clock.setTimeout(() => fired.push('first') && clock.clearTimeout(second), 5);
    clock.clearTimeout(undefined);
    clock.increment(20);
    expect([fired, clock.pending]).toEqual([['first'], []]);
  });

  it('takes what is no positive time for at once', () => {
    const clock = new SimulatedClock(5);
    for (const ms of [0, -3, Number.NaN]) clock.setTimeout(() => undefined, ms);
    expect(clock.pending).toEqual([5, 5, 5]);
    clock.increment(0);
    expect(clock.pending).toEqual([]);
  });

  it('moves on to the next timer', () => {
    const clock = new SimulatedClock();
    clock.setTimeout(() => undefined, 70);
    expect([clock.next(), clock.now(), clock.next(), clock.now()]).toEqual([true, 70, false, 70]);
  });

  it('can be moved by a timer', () => {
    const clock = new SimulatedClock();
    const fired: number[] = [];
    clock.setTimeout(() => clock.increment(50), 10);
    clock.setTimeout(() => fired.push(clock.now()), 40);
    clock.increment(20);
    expect([fired, clock.now()]).toEqual([[40], 60]);
  });

  it("is a clock for XState's actors", () => {
    const clock = new SimulatedClock();
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 10: 'b' } }, b: { after: { 10: 'c' } }, c: {} },
    });
    const actor = createActor(machine, { clock }).start();
    clock.increment(20);
    expect(actor.getSnapshot().value).toBe('c');
  });

  it('fires every timer once, however the way is divided', () => {
    const steps = fc.array(fc.nat(20), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.nat(100), { maxLength: 30 }), steps, (delays, moves) => {
        const clock = new SimulatedClock();
        const fired: number[] = [];
        for (const ms of delays) clock.setTimeout(() => fired.push(clock.now()), ms);
        for (const move of moves) clock.increment(move);
        const due = delays.filter((ms) => ms <= clock.now()).sort((a, b) => a - b);
        expect(fired).toEqual(due);
      }),
    );
  });
});

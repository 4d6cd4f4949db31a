import { describe, expect, it } from 'vitest';
import { Timer } from '../src/clock.js';

const MONTH = 30 * 24 * 3_600_000;

/** Timers as Node has them: what is beyond their longest wait fires after a millisecond. */
class NodeLike {
  readonly set = (fn: () => void, ms: number) => {
    const handle = {};
    this.#timers.set(handle, { at: this.now + (ms > 2 ** 31 - 1 ? 1 : ms), fn });
    return handle;
  };
  readonly clear = (handle: unknown) => void this.#timers.delete(Object(handle));
  readonly #timers = new Map<object, { at: number; fn: () => void }>();
  now = 0;

  get pending() {
    return this.#timers.size;
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const [due] = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at);
      if (!due) break;
      this.#timers.delete(due[0]);
      this.now = due[1].at;
      due[1].fn();
    }
    this.now = until;
  }
}

describe('a timer', () => {
  it.each([1, 2 ** 31 - 1, 2 ** 31, MONTH, 2 ** 32 + 7, 365 * 24 * 3_600_000, 2 ** 45])(
    'fires once, after %s ms and not before',
    (ms) => {
      const timers = new NodeLike();
      const fired: number[] = [];
      new Timer(() => fired.push(timers.now), ms, timers);
      timers.pass(ms - 1);
      expect(fired).toEqual([]);
      timers.pass(1);
      expect(fired).toEqual([ms]);
      expect(timers.pending).toBe(0);
    },
  );

  it.each([0, -5, Number.NaN, Number.NEGATIVE_INFINITY])('is at once after %s ms', (ms) => {
    const timers = new NodeLike();
    let fired = 0;
    new Timer(() => (fired += 1), ms, timers);
    timers.pass(0);
    expect(fired).toBe(1);
  });

  it('that is infinite never fires', () => {
    const timers = new NodeLike();
    let fired = 0;
    new Timer(() => (fired += 1), Number.POSITIVE_INFINITY, timers);
    timers.pass(2 ** 40);
    expect([fired, timers.pending]).toEqual([0, 1]);
  });

  it.each([0, 2 ** 31 - 1, 2 ** 31])('does not fire once it is cleared, though %s ms have passed', (passed) => {
    const timers = new NodeLike();
    let fired = 0;
    const timer = new Timer(() => (fired += 1), MONTH, timers);
    timers.pass(passed);
    timer.clear();
    timers.pass(MONTH);
    expect([fired, timers.pending]).toEqual([0, 0]);
  });
});

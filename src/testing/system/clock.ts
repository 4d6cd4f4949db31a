import { checkArgument, kind, number } from '../../options.js';

const forward = kind('a number of milliseconds from 0', (value) => typeof value === 'number' && value >= 0);

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * A clock that stands still until it is moved. It fits wherever XState or Espalier takes a clock.
 *
 * Unlike XState's own, it stops at each timer on its way: a timer sees its own moment as `now()`, and one that it sets
 * fires in the same move if it is due.
 *
 * @example
 * import { SimulatedClock } from 'espalier/testing';
 * import { createActor } from 'xstate';
 * const clock = new SimulatedClock();
 * const actor = createActor(orderMachine, { clock }).start();
 * clock.increment(1000); // what waits for a second has had it
 */
export class SimulatedClock {
  readonly #timers = new Map<number, Timer>();
  #now: number;
  #last = 0;

  /** @param now where it begins, in milliseconds */
  constructor(now = 0) {
    checkArgument('the time of a clock', now, number(0));
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimeout(fn: () => void, ms: number): number {
    this.#last += 1;
    // As with real timers, what is not a positive number is at once.
    this.#timers.set(this.#last, { at: this.#now + (ms > 0 ? ms : 0), fire: fn });
    return this.#last;
  }

  clearTimeout(timer: unknown): void {
    if (typeof timer === 'number') this.#timers.delete(timer);
  }

  /** When the timers that are set will fire, the next first. */
  get pending(): readonly number[] {
    return [...this.#timers.values()].map(({ at }) => at).sort((a, b) => a - b);
  }

  /** Moves on by so many milliseconds, firing what becomes due in the order of its time, then of its setting. */
  increment(ms: number): void {
    checkArgument('what a clock moves on by', ms, forward);
    const target = this.#now + ms;
    for (let due = this.#next(target); due !== undefined; due = this.#next(target)) {
      const [id, { at, fire }] = due;
      this.#timers.delete(id);
      this.#now = Math.max(this.#now, at);
      fire();
    }
    this.#now = Math.max(this.#now, target);
  }

  /** Moves on to the next timer and fires it. False if none is set. */
  next(): boolean {
    const [at] = this.pending;
    if (at === undefined) return false;
    this.increment(at - this.#now);
    return true;
  }

  #next(until: number): [number, Timer] | undefined {
    let next: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (entry[1].at <= until && (next === undefined || entry[1].at < next[1].at)) next = entry;
    }
    return next;
  }
}

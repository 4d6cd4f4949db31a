/** Time as everything here sees it. XState's `Clock` and `SimulatedClock` fit. */
export interface Clock {
  /** Milliseconds since the epoch, or since the start of the process if the clock says so. */
  now(): number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Node's timers wait no longer, in milliseconds: beyond it they fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** What a wait is made of; Node's own by default. */
interface Timers {
  set(fn: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

const NODE_TIMERS: Timers = {
  set: (fn, ms) => setTimeout(fn, ms),
  clear: (timer) => {
    if (isTimeout(timer)) clearTimeout(timer);
  },
};

function isTimeout(timer: unknown): timer is NodeJS.Timeout {
  return typeof timer === 'object' && timer !== null && 'refresh' in timer;
}

/**
 * Calls back after `ms` milliseconds, however many: as many timers one after the other as that takes. What is no positive
 * number is at once; infinity is never.
 *
 * @example
 * const month = new Timer(() => console.log('a month later'), 30 * 24 * 3_600_000);
 * month.clear();
 */
export class Timer {
  readonly #fn: () => void;
  readonly #timers: Timers;
  #left: number;
  #handle: unknown;

  constructor(fn: () => void, ms: number, timers: Timers = NODE_TIMERS) {
    this.#fn = fn;
    this.#timers = timers;
    this.#left = ms > 0 ? ms : 0;
    this.#wait();
  }

  clear(): void {
    this.#timers.clear(this.#handle);
  }

  #wait(): void {
    const ms = Math.min(this.#left, LONGEST_MS);
    this.#left -= ms;
    this.#handle = this.#timers.set(() => (this.#left > 0 ? this.#wait() : this.#fn()), ms);
  }
}

/** The clock of this process. Its timers wait as long as they are told, beyond what Node's own can. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (fn, ms) => new Timer(fn, ms),
  clearTimeout: (timer) => {
    if (timer instanceof Timer) timer.clear();
  },
};

/** As `systemClock`, but for how long something takes: its `now` counts from the start of the process and never jumps. */
export const steadyClock: Clock = { ...systemClock, now: () => performance.now() };

/** A moment, in milliseconds since the epoch, to the second, in UTC: `2026-12-01 06:00:00`. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

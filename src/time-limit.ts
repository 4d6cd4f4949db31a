import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';

/**
 * How long something may take: until its time is up, or whoever asked gives it up. One timer, which goes with `end`: a
 * signal of its own for each time limit (`AbortSignal.timeout`) would live until it fires, long after a short call.
 */
export class TimeLimit {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #caller: AbortSignal | undefined;
  #timer: unknown;
  /** What is left of its time where the timer is armed, or while that stands still; null without a limit. */
  #left: number | null;
  #since = 0;
  #pauses = 0;
  #isLate = false;
  readonly #giveUp = () => {
    this.end();
    this.#controller.abort(this.#caller?.reason);
  };

  /**
   * @param timeout in milliseconds; without it there is only the caller
   * @param caller fires when whoever asked has given up
   */
  constructor(clock: Clock, timeout: number | undefined, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    this.#left = timeout ?? null;
    if (caller?.aborted) {
      this.#giveUp();
      return;
    }
    if (caller) allowMany(caller);
    caller?.addEventListener('abort', this.#giveUp, { once: true });
    this.#arm();
  }

  /** Fires when either is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether its time was up before the caller gave it up. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Its time stands still until the returned function, and that of every other pause, was called. */
  pause(): () => void {
    if (this.#pauses === 0 && this.#left !== null) {
      this.#clock.clearTimeout(this.#timer);
      this.#left = Math.max(0, this.#left - (this.#clock.now() - this.#since));
    }
    this.#pauses += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#pauses -= 1;
      if (this.#pauses === 0) this.#arm();
    };
  }

  /** What was limited is over: nothing fires any more. */
  end(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#left = null;
    this.#caller?.removeEventListener('abort', this.#giveUp);
  }

  #arm(): void {
    if (this.#left === null) return;
    this.#since = this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => this.#expire(), this.#left);
  }

  #expire(): void {
    this.#isLate = true;
    this.end();
    this.#controller.abort();
  }
}

/** One signal may end any number of calls at once; Node takes more than ten listeners for a leak, and warns. */
function allowMany(signal: AbortSignal): AbortSignal {
  setMaxListeners(0, signal);
  return signal;
}

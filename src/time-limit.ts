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
    if (caller?.aborted) {
      this.#giveUp();
      return;
    }
    if (caller) allowMany(caller);
    caller?.addEventListener('abort', this.#giveUp, { once: true });
    if (timeout !== undefined) this.#timer = clock.setTimeout(() => this.#expire(), timeout);
  }

  /** Fires when either is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether its time was up before the caller gave it up. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** What was limited is over: nothing fires any more. */
  end(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#giveUp);
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

import type { Clock } from '../../clock.js';

/** At most one report in so many milliseconds. */
const QUIET_MS = 5000;

/**
 * Tells of a full queue at once, and then, while it stays so, how often that was, every 5 s: a journal must not grow with
 * each piece of work that was refused.
 */
export class OverflowReport {
  #times = 0;
  #timer: unknown = null;

  constructor(
    readonly clock: Clock,
    /** @param times how many pieces of work met a full queue since the last report */
    readonly tell: (times: number) => void,
  ) {}

  count(): void {
    this.#times += 1;
    if (this.#timer === null) this.#report();
  }

  /** Tells what was not told yet. */
  close(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#times > 0) this.tell(this.#times);
    this.#times = 0;
  }

  #report(): void {
    this.#timer = null;
    if (this.#times === 0) return;
    this.tell(this.#times);
    this.#times = 0;
    this.#timer = this.clock.setTimeout(() => this.#report(), QUIET_MS);
  }
}

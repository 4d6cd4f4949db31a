import type { Clock } from '../../clock.js';
import type { Retention } from '../../machines/work/retention.js';
import type { Store } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';

/** When it looks first, and how often then, in milliseconds. */
const FIRST_MS = 60_000;
const AGAIN_MS = 600_000;
/** Between two batches, in milliseconds: the writer is for others first. */
const PAUSE_MS = 20;

export interface RetentionWatchOptions {
  readonly retention: Store['retention'];
  readonly keep: Retention;
  readonly clock: Clock;
  onFault(error: unknown): void;
}

/** Lets leave the store what is older than it is kept, as long as its host lives. */
export class RetentionWatch {
  readonly #options: RetentionWatchOptions;
  readonly #stopped = new AbortController();
  #timer: unknown = null;
  #passing: Promise<void> = Promise.resolve();
  /** Ends the pause that it is in. */
  #goOn: () => void = () => undefined;

  constructor(options: RetentionWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#arm(FIRST_MS);
  }

  /** Resolves when it is at nothing any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#options.clock.clearTimeout(this.#timer);
    this.#goOn();
    await this.#passing;
  }

  #arm(ms: number): void {
    if (this.#stopped.signal.aborted) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#passing = this.#pass();
    }, ms);
  }

  async #pass(): Promise<void> {
    const { retention, keep, onFault } = this.#options;
    const { signal } = this.#stopped;
    try {
      await retention.prune(keep, { pause: () => this.#pause(), signal });
    } catch (error) {
      // A store that takes nothing now is asked again.
      if (!signal.aborted && !isRefusal(error)) onFault(error);
    }
    this.#arm(AGAIN_MS);
  }

  #pause(): Promise<void> {
    if (this.#stopped.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#goOn = resolve;
      this.#timer = this.#options.clock.setTimeout(resolve, PAUSE_MS);
    });
  }
}

/** Someone's wait for commits. */
export interface Watch {
  /** Resolves at a pulse since the last call, or when the signal fires. Rejects when the pulses have ended. */
  next(signal?: AbortSignal): Promise<void>;
  /** Ends the wait for good. */
  close(): void;
}

/** Wakes those who wait for commits. While somebody watches, `watched(true)` holds. */
export class Pulses {
  readonly #watched: (on: boolean) => void;
  readonly #watches = new Set<PulseWatch>();
  #ended: Error | null = null;

  constructor(watched: (on: boolean) => void) {
    this.#watched = watched;
  }

  /** A commit was made, by whomever. */
  pulse(): void {
    for (const watch of [...this.#watches]) watch.wake();
  }

  /** Begins to watch: every pulse from now on wakes it. */
  watch(): Watch {
    const watch = new PulseWatch(() => {
      this.#watches.delete(watch);
      if (this.#watches.size === 0) this.#watched(false);
    });
    if (this.#ended !== null) {
      watch.fail(this.#ended);
      return watch;
    }
    this.#watches.add(watch);
    if (this.#watches.size === 1) this.#watched(true);
    return watch;
  }

  /** No pulse will come any more: every wait, now or later, rejects. */
  end(error: Error): void {
    this.#ended = error;
    for (const watch of [...this.#watches]) watch.fail(error);
  }
}

class PulseWatch implements Watch {
  readonly #closed: () => void;
  #woken = false;
  #failure: Error | null = null;
  #wakeUp: (() => void) | null = null;

  constructor(closed: () => void) {
    this.#closed = closed;
  }

  wake(): void {
    this.#woken = true;
    this.#wakeUp?.();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wakeUp?.();
  }

  async next(signal?: AbortSignal): Promise<void> {
    if (!this.#woken && this.#failure === null && signal?.aborted !== true) await this.#sleep(signal);
    if (this.#failure !== null) throw this.#failure;
    this.#woken = false;
  }

  close(): void {
    this.#closed();
  }

  async #sleep(signal?: AbortSignal): Promise<void> {
    let stop: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      stop = resolve;
      this.#wakeUp = resolve;
      signal?.addEventListener('abort', stop);
    });
    this.#wakeUp = null;
    signal?.removeEventListener('abort', stop);
  }
}

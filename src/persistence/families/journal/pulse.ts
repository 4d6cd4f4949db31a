import type { Watch } from '../../contract/journal.js';
import type { EventRow } from '../../forms/event.js';

/**
 * A commit: one of this process, with what it journalled, or one of whomever, with the newest number in the journal, null
 * where that is not known.
 */
export type Pulse = { readonly events: readonly EventRow[] } | { readonly head: number | null };

/** Who hears of commits. */
interface Heart {
  beat(pulse: Pulse): void;
  /** None will come any more. */
  fail(error: Error): void;
}

/** Wakes those who wait for commits. While somebody does, `watched(true)` holds. */
export class Pulses {
  readonly #watched: (on: boolean) => void;
  readonly #hearts = new Set<Heart>();
  #ended: Error | null = null;

  constructor(watched: (on: boolean) => void) {
    this.#watched = watched;
  }

  /** A commit was made. */
  pulse(pulse: Pulse): void {
    for (const heart of [...this.#hearts]) heart.beat(pulse);
  }

  /** Every pulse from now on is told to it. The returned function ends that. */
  add(heart: Heart): () => void {
    if (this.#ended !== null) {
      heart.fail(this.#ended);
      return () => undefined;
    }
    this.#hearts.add(heart);
    if (this.#hearts.size === 1) this.#watched(true);
    return () => {
      if (this.#hearts.delete(heart) && this.#hearts.size === 0) this.#watched(false);
    };
  }

  /** Begins to watch: every pulse from now on wakes it. */
  watch(): Watch {
    const watch = new PulseWatch(() => remove());
    const remove = this.add({ beat: () => watch.wake(), fail: (error) => watch.fail(error) });
    return watch;
  }

  /** No pulse will come any more: every wait, now or later, rejects. */
  end(error: Error): void {
    this.#ended = error;
    for (const heart of [...this.#hearts]) heart.fail(error);
  }
}

/** A watch that is woken by whoever made it. */
export class PulseWatch implements Watch {
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

  [Symbol.dispose](): void {
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

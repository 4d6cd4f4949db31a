import type { Clock } from '../../clock.js';
import type { RunId } from '../../ids.js';
import type { Store } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import { presenceOf } from './presence.js';
import { recover } from './recovery.js';

/** How often the other hosts of the store are looked at, in milliseconds. */
const LOOK_MS = 1000;

export interface DeathWatchOptions {
  readonly store: Store;
  readonly self: RunId;
  readonly clock: Clock;
  onFault(error: unknown): void;
}

/**
 * Looks after the other hosts of a store, and takes over what one leaves as soon as it is dead: jobs do not wait for the next
 * start of a host. Only a process that is provably gone counts; one that is slow, or stopped, is left alone.
 */
export class DeathWatch {
  readonly #options: DeathWatchOptions;
  #timer: unknown = null;
  #watching = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: DeathWatchOptions) {
    this.#options = options;
  }

  /** Begins to look; idempotent. */
  start(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#arm();
  }

  /** Resolves when it looks no more. */
  async stop(): Promise<void> {
    this.#watching = false;
    this.#options.clock.clearTimeout(this.#timer);
    await this.#looking;
  }

  #arm(): void {
    if (!this.#watching) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#looking = this.#look();
    }, LOOK_MS);
  }

  async #look(): Promise<void> {
    const { store, self, clock, onFault } = this.#options;
    try {
      const others = (await store.hosts.unended()).filter(({ runId }) => runId !== self);
      if (others.some((host) => presenceOf(host) === 'gone')) await recover({ store, self, clock });
    } catch (error) {
      // A store that takes nothing now is asked again.
      if (this.#watching && !isRefusal(error)) onFault(error);
    }
    this.#arm();
  }
}

import { isEspalierError, toErrorRecord } from '../errors.js';
import type { RunStore } from '../persistence/store.js';
import type { Clock } from './environment.js';

/** How often a store that refused the end of a run is asked again, in milliseconds. */
export const ASK_AGAIN_MS = 1000;

export interface UnwrittenRunsOptions {
  readonly runId: string;
  readonly runs: Pick<RunStore, 'setStatus'>;
  readonly clock: Clock;
  /** Whether the host stops: it then ends its runs itself. */
  isOver(): boolean;
}

/**
 * Runs that have ended because the store refused to be written, on a full disk for instance: it has them as running until
 * it takes writes again, and is told then.
 */
export class UnwrittenRuns {
  readonly #options: UnwrittenRunsOptions;
  /** Why each ended. */
  readonly #pending = new Map<string, string>();
  #asking: Promise<void> = Promise.resolve();
  #isArmed = false;

  constructor(options: UnwrittenRunsOptions) {
    this.#options = options;
  }

  add(run: string, error: unknown): void {
    this.#pending.set(run, `it could not be written: ${toErrorRecord(error).message}`);
    this.#arm();
  }

  /** It is driven again. Resolves when nothing is being written of its last end. */
  async drop(run: string): Promise<void> {
    this.#pending.delete(run);
    await this.#asking;
  }

  #arm(): void {
    if (this.#isArmed || this.#pending.size === 0 || this.#options.isOver()) return;
    this.#isArmed = true;
    this.#options.clock.setTimeout(() => {
      this.#isArmed = false;
      this.#asking = this.#ask().then(() => this.#arm());
    }, ASK_AGAIN_MS);
  }

  async #ask(): Promise<void> {
    const { runs, runId } = this.#options;
    for (const [run, reason] of [...this.#pending]) {
      try {
        await runs.setStatus(run, runId, ['running'], 'interrupted', reason);
        this.#pending.delete(run);
      } catch (error) {
        // Refused as before; unless the host is no more, whose runs are another's matter.
        const isOver = isEspalierError(error) && (error.code === 'ESP_STOPPED' || error.code === 'ESP_FENCED');
        if (isOver) this.#pending.delete(run);
      }
    }
  }
}

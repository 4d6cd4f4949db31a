import { systemClock } from '../clock.js';
import { isEspalierError } from '../errors.js';
import type { Ending } from './ending.js';
import { Warnings } from './warnings.js';

/** What fails where nobody waits for it. */
export class Faults {
  readonly #warnings = new Warnings(systemClock);
  readonly #ending: Ending;
  readonly #onFenced: () => void;

  /** @param onFenced any write may be the first to learn that another host has taken this one for dead */
  constructor(ending: Ending, onFenced: () => void) {
    this.#ending = ending;
    this.#onFenced = onFenced;
  }

  /** A warning, unless it only says that the system has stopped, or that the host is fenced. */
  readonly hear = (error: unknown): void => {
    const code = isEspalierError(error) ? error.code : null;
    if (this.#ending.hasBegun && code === 'ESP_STOPPED') return;
    if (code === 'ESP_FENCED') this.#onFenced();
    else this.warn(error);
  };

  /** Watches over a write that nobody waits for. */
  readonly background = (write: Promise<unknown>): void => {
    write.catch(this.hear);
  };

  /** A warning, whatever it says. */
  warn(error: unknown): void {
    this.#warnings.give(error);
  }
}

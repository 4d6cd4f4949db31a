import type { Clock } from '../clock.js';

/** How often the same warning is given at most, in milliseconds. */
const WARN_MS = 1000;

/** Warnings of this process for what failed where it harms nobody; what fails again and again is told once a second. */
export class Warnings {
  #last = { text: '', at: 0 };

  constructor(readonly clock: Clock) {}

  give(error: unknown): void {
    const warning = error instanceof Error ? error : String(error);
    const { text, at } = this.#last;
    const now = this.clock.now();
    if (text === String(warning) && now - at < WARN_MS) return;
    this.#last = { text: String(warning), at: now };
    process.emitWarning(warning, 'EspalierWarning');
  }
}

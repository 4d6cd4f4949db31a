import { EspalierError } from '../../errors.js';

/** A place at the gate: waited for, taken, and given back. */
export interface GatePlace {
  /** Resolves when it is taken; rejects with `ESP_STOPPED` when it was given back before. */
  readonly taken: Promise<void>;
  /** Idempotent. */
  leave(): void;
}

/** Lets so many in at a time; the others wait in order. A hundred interpreters that load at once all load slowly. */
export class BootGate {
  readonly #waiting = new Set<() => void>();
  #inside = 0;

  constructor(readonly limit: number) {}

  enter(): GatePlace {
    let state: 'waiting' | 'inside' | 'left' = 'waiting';
    let giveUp: () => void = () => undefined;
    let admit: () => void = () => undefined;
    const taken = new Promise<void>((resolve, reject) => {
      admit = () => {
        state = 'inside';
        this.#inside += 1;
        resolve();
      };
      giveUp = () => reject(new EspalierError('ESP_STOPPED', 'the worker was stopped before it was spawned'));
    });
    // Whoever does not wait for it any more does not want to hear of it either.
    taken.catch(() => undefined);
    if (this.#inside < this.limit) admit();
    else this.#waiting.add(admit);
    const leave = () => {
      if (state === 'waiting') {
        this.#waiting.delete(admit);
        giveUp();
      } else if (state === 'inside') this.#release();
      state = 'left';
    };
    return { taken, leave };
  }

  #release(): void {
    this.#inside -= 1;
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      return next();
    }
  }
}

import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { EspalierError } from '../../../errors.js';
import type { SweepTarget } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { CannotLook } from '../proc/look.js';
import { Dismissed } from './dismissed.js';
import { Hunt } from './hunt.js';
import { Pass, type PassOptions } from './pass.js';

/**
 * Kills by cookie. All sweeps that are wanted at one time share the passes over `/proc`; each is over after two passes
 * that began after it was asked for and found nothing of it. A dry run is over after one.
 */
export class Sweeper {
  readonly #hunts = new Set<Hunt>();
  readonly #dismissed = new Dismissed();
  #running = false;

  constructor(private readonly options: PassOptions) {}

  sweep(target: SweepTarget): Promise<SweepReport> {
    return this.#hunt(target, !this.options.dryRun);
  }

  /** Kills what one pass finds. That proves nothing; it is for the time until a sweep can. */
  strike(target: SweepTarget): Promise<SweepReport> {
    return this.#hunt(target, false);
  }

  #hunt(target: SweepTarget, proves: boolean): Promise<SweepReport> {
    return new Promise((resolve, reject) => {
      this.#hunts.add(new Hunt(target, proves, resolve, reject, Date.now()));
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#hunts.size > 0) {
        // What is asked for in one go looks together, so that each report names its own.
        await immediate();
        await this.#round([...this.#hunts]);
      }
    } catch (cause) {
      const error = new EspalierError('ESP_QUARANTINED', `processes could not be looked at: ${String(cause)}`, {
        cause,
      });
      for (const hunt of this.#hunts) hunt.fail(error);
      this.#hunts.clear();
    } finally {
      this.#running = false;
    }
  }

  async #round(hunts: readonly Hunt[]): Promise<void> {
    try {
      await new Pass(hunts, this.options, this.#dismissed).run();
    } catch (error) {
      // It may be possible a moment later; what was not seen is not proven gone.
      if (!(error instanceof CannotLook)) throw error;
      for (const hunt of hunts) hunt.unsure();
    }
    for (const hunt of hunts) {
      const report = hunt.end(Date.now());
      if (report === null) continue;
      this.#hunts.delete(hunt);
      hunt.done(report);
    }
    if (hunts.some((hunt) => hunt.dirty)) await delay(1);
  }
}

import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises';
import { EspalierError } from '../../../errors.js';
import type { SweepTarget } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { CannotLook } from '../proc/look.js';
import { Dismissed } from './dismissed.js';
import { Pass, type PassOptions } from './pass.js';
import { Sweep } from './sweep.js';

/**
 * Kills by cookie. All sweeps that are wanted at one time share the passes over `/proc`; each is over after two passes
 * that began after it was asked for and found nothing of it. A dry run is over after one.
 */
export class Sweeper {
  readonly #sweeps = new Set<Sweep>();
  readonly #dismissed = new Dismissed();
  #running = false;

  constructor(private readonly options: PassOptions) {}

  sweep(target: SweepTarget): Promise<SweepReport> {
    return this.#begin(target, !this.options.dryRun);
  }

  /** Kills what one pass finds. That proves nothing; it is for the time until a sweep can. */
  strike(target: SweepTarget): Promise<SweepReport> {
    return this.#begin(target, false);
  }

  #begin(target: SweepTarget, proves: boolean): Promise<SweepReport> {
    return new Promise((resolve, reject) => {
      this.#sweeps.add(new Sweep(target, proves, resolve, reject, Date.now()));
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#sweeps.size > 0) {
        // What is asked for in one go looks together, so that each report names its own.
        await immediate();
        await this.#round([...this.#sweeps]);
      }
    } catch (cause) {
      const error = new EspalierError('ESP_QUARANTINED', `processes could not be looked at: ${String(cause)}`, {
        cause,
      });
      for (const sweep of this.#sweeps) sweep.fail(error);
      this.#sweeps.clear();
    } finally {
      this.#running = false;
    }
  }

  async #round(sweeps: readonly Sweep[]): Promise<void> {
    try {
      await new Pass(sweeps, this.options, this.#dismissed).run();
    } catch (error) {
      // It may be possible a moment later; what was not seen is not proven gone.
      if (!(error instanceof CannotLook)) throw error;
      for (const sweep of sweeps) sweep.unsure();
    }
    for (const sweep of sweeps) {
      const report = sweep.end(Date.now());
      if (report === null) continue;
      this.#sweeps.delete(sweep);
      sweep.done(report);
    }
    if (sweeps.some((sweep) => sweep.dirty)) await delay(1);
  }
}

import { LIMITS } from '../limits.js';
import type { GaugesMessage } from '../protocol/wire.js';
import type { Gauges } from './gauges.js';

/** Takes a sample a second, for all who look. */
export class Sampler {
  readonly #gauges: Gauges;
  readonly #timer: NodeJS.Timeout;
  latest: GaugesMessage | null = null;

  constructor(gauges: Gauges, clients: () => number, onSample: () => void) {
    this.#gauges = gauges;
    this.#timer = setInterval(() => {
      this.latest = gauges.sample(Date.now(), clients());
      onSample();
    }, LIMITS.sampleMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#gauges.close();
  }
}

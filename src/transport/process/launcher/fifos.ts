import { spawn } from 'node:child_process';
import { EspalierError } from '../../../errors.js';
import { fifoNames } from './launcher.js';

/** Pairs made by one `mkfifo`, which costs a fork; and the stock below which the next batch is made. */
const BATCH = 64;
const LOW_WATER = 32;

/**
 * The stock of FIFO pairs in the host's folder, numbered from 0 and made ahead of need in batches.
 */
export class FifoStock {
  #made = 0;
  #used = 0;
  #making = false;

  constructor(
    private readonly directory: string,
    private readonly generation: number,
    /** Called after each batch with the number of pairs made so far, or with why there are no more. */
    private readonly report: (made: number, failure: EspalierError | null) => void,
  ) {}

  /** Makes sure of a stock; call it at the start and after each use. */
  refill(): void {
    if (this.#making || this.#made - this.#used > LOW_WATER) return;
    this.#making = true;
    const names = Array.from({ length: BATCH }, (_, i) => fifoNames(this.generation, this.#made + i)).flat();
    const child = spawn('mkfifo', ['-m', '600', ...names], {
      cwd: this.directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, 1000);
    });
    child.on('error', (error) => this.#done(error.message));
    child.on('close', (code) => this.#done(code === 0 ? null : complaint.trim() || `mkfifo ended with ${code}`));
  }

  /** Notes that a pair was taken. */
  use(pair: number): void {
    this.#used = Math.max(this.#used, pair + 1);
    this.refill();
  }

  #done(failure: string | null): void {
    if (!this.#making) return;
    this.#making = false;
    if (failure === null) this.#made += BATCH;
    this.report(
      this.#made,
      failure === null
        ? null
        : new EspalierError('ESP_SPAWN', `no FIFOs could be made in ${this.directory}: ${failure}`),
    );
  }
}

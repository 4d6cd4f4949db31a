import type { OutputStore } from '../persistence/store.js';
import type { Capture } from '../transport/process/capture.js';
import type { Clock } from './environment.js';

/** How often new output of running attempts goes to the store, in milliseconds. */
export const FLUSH_MS = 1000;

interface Attempt {
  readonly run: string;
  readonly index: number;
  readonly attempt: number;
}

/**
 * Writes the output of running attempts to the store while they run, so that it survives the host and can be read from
 * other processes. What came last goes with the attempt's end. One timer for all, armed only while something runs.
 */
export class OutputFlusher {
  readonly #running = new Map<Capture, Attempt>();
  #timer: unknown = null;

  constructor(
    readonly outputs: Pick<OutputStore, 'append'>,
    readonly clock: Clock,
    readonly onError: (error: unknown) => void,
  ) {}

  /** Begins to flush; the returned function ends it. */
  watch({ run, index, attempt }: Attempt, capture: Capture): () => void {
    this.#running.set(capture, { run, index, attempt });
    this.#timer ??= this.clock.setTimeout(() => this.#flush(), FLUSH_MS);
    return () => this.#running.delete(capture);
  }

  #flush(): void {
    this.#timer = null;
    for (const [capture, attempt] of this.#running) {
      // Freed whatever becomes of the write: a full disk must not fill the memory too.
      if (capture.pending) this.outputs.append(attempt, capture.take()).catch(this.onError);
    }
    if (this.#running.size > 0) this.#timer = this.clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }
}

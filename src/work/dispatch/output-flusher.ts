import type { Clock } from '../../clock.js';
import type { AttemptRef } from '../../machines/ids/job-id.js';
import type { OutputStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import { TransientMap } from '../../transient-map.js';
import type { OutputSource } from '../backends/contract.js';

/** How often new output of running attempts goes to the store unless it is told, in milliseconds. */
const FLUSH_MS = 1000;

interface Flushed {
  readonly attempt: AttemptRef;
  readonly capture: OutputSource;
  /** What is being written: one chunk at a time, for they are in order. */
  writing: Promise<void> | null;
}

/**
 * Writes the output of running attempts to the store while they run, so that it survives the host and can be read from
 * other processes. What came last goes with the attempt's end. One timer for all, armed only while something runs.
 *
 * What the store refuses, on a full disk for instance, stays with its attempt and comes with the next chunk, or with the
 * end: of that, as of everything, the last `KEPT_OUTPUT_BYTES` of each stream: a full disk cannot fill the memory too.
 */
export class OutputFlusher {
  /** In the order in which they began. */
  readonly #running = new TransientMap<number, Flushed>();
  #begun = 0;
  #timer: unknown = null;

  constructor(
    readonly outputs: Pick<OutputStore, 'append'>,
    readonly clock: Clock,
    readonly onError: (error: unknown) => void,
    readonly everyMs = FLUSH_MS,
  ) {}

  /** Begins to flush. The returned function ends it, and resolves when nothing more of it is being written. */
  watch({ jobId, epoch, attempt }: AttemptRef, capture: OutputSource): () => Promise<void> {
    const flushed: Flushed = { attempt: { jobId, epoch, attempt }, capture, writing: null };
    this.#begun += 1;
    const key = this.#begun;
    this.#running.set(key, flushed);
    this.#timer ??= this.clock.setTimeout(() => this.#flush(), this.everyMs);
    return async () => {
      this.#running.delete(key);
      if (this.#running.size === 0) this.#disarm();
      await flushed.writing;
    };
  }

  /** A timer of nobody would keep the process alive. */
  #disarm(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #flush(): void {
    this.#timer = null;
    for (const flushed of this.#running.values()) {
      if (flushed.writing !== null || !flushed.capture.pending) continue;
      flushed.writing = this.#write(flushed).finally(() => {
        flushed.writing = null;
      });
    }
    if (this.#running.size > 0) this.#timer = this.clock.setTimeout(() => this.#flush(), this.everyMs);
  }

  async #write({ attempt, capture }: Flushed): Promise<void> {
    const offer = capture.offer();
    try {
      await this.outputs.append(attempt, offer);
      offer.take();
    } catch (error) {
      if (isRefusal(error)) return;
      offer.take();
      this.onError(error);
    }
  }
}

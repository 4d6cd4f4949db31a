import type { Clock } from '../clock.js';
import { isEspalierError } from '../errors.js';
import { ASK_AGAIN_MS, isRefusal } from '../store-refusal.js';

type Write = () => Promise<unknown>;

export interface OwedWritesOptions {
  readonly clock: Clock;
  /** Whether the host stops: it then ends what is open itself. */
  isOver(): boolean;
  /** What failed otherwise. */
  onFault(error: unknown): void;
}

/**
 * What has happened and the store refused to be told of, on a full disk for instance: the end of a process, of an attempt,
 * of a run. It is told, in its order, as soon as the store takes writes again. Bounded by what can be at work: nothing is
 * begun that could not be written before.
 */
export class OwedWrites {
  readonly #options: OwedWritesOptions;
  readonly #owed: { readonly write: Write; readonly key: string | null }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: unknown = null;

  constructor(options: OwedWritesOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#owed.length === 0;
  }

  /** Writes now; what is refused is owed, and what comes while something is owed waits its turn. */
  async tell(write: Write): Promise<void> {
    if (!this.isEmpty) return this.owe(write);
    try {
      await write();
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.owe(write);
    }
  }

  /** @param key by which it can be dropped */
  owe(write: Write, key: string | null = null): void {
    this.#owed.push({ write, key });
    this.#arm();
  }

  /** Resolves when nothing of that key is owed or being written. */
  async drop(key: string): Promise<void> {
    const kept = this.#owed.filter((owed) => owed.key !== key);
    this.#owed.splice(0, this.#owed.length, ...kept);
    await this.#writing.catch(() => undefined);
  }

  /** Resolves when nothing is owed. @throws the refusal, if the store still does not take it */
  settled(): Promise<void> {
    const next = () => this.#writeAll();
    this.#writing = this.#writing.then(next, next);
    return this.#writing;
  }

  /** The last try, at the end of the host. @throws the refusal: what is still owed is for the next host to find out */
  async close(): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    await this.settled();
  }

  #arm(): void {
    const { clock, isOver } = this.#options;
    if (this.#timer !== null || this.isEmpty || isOver()) return;
    const again = () => {
      this.#timer = null;
      this.#arm();
    };
    this.#timer = clock.setTimeout(() => void this.settled().then(again, again), ASK_AGAIN_MS);
  }

  async #writeAll(): Promise<void> {
    for (let next = this.#owed[0]; next !== undefined; next = this.#owed[0]) {
      try {
        await next.write();
      } catch (error) {
        if (isRefusal(error)) throw error;
        if (!isOvertaken(error)) this.#options.onFault(error);
      }
      // It may have been dropped meanwhile.
      if (this.#owed[0] === next) this.#owed.shift();
    }
  }
}

/** What came after it was written before it: there is nothing left to tell. */
function isOvertaken(error: unknown): boolean {
  return isEspalierError(error) && (error.code === 'ESP_CONFLICT' || error.code === 'ESP_NOT_FOUND');
}

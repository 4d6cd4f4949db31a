/** What a receiver tells the side that sends. */
export interface ChunkReceiverEvents {
  /** The consumer took `n` chunks: so many more may come. */
  credit(n: number): void;
  /** The consumer stopped before the end. */
  abandoned(): void;
}

interface Waiter {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The receiving end of a credit-based stream: it holds at most `window` chunks that nobody has read, and asks for more
 * as they are read. One consumer.
 */
export class ChunkReceiver implements AsyncIterable<unknown, undefined> {
  readonly #window: number;
  readonly #events: ChunkReceiverEvents;
  readonly #unread: unknown[] = [];
  readonly #waiting: Waiter[] = [];
  /** Chunks that the sender may still send. */
  #allowed: number;
  #taken = 0;
  #nextSeq = 0;
  #end: { readonly error?: unknown } | null = null;

  constructor(window: number, events: ChunkReceiverEvents) {
    this.#window = window;
    this.#allowed = window;
    this.#events = events;
  }

  /** Takes a chunk; answers in words what the sender did wrong. After the end chunks are dropped. */
  push(seq: number, chunk: unknown): string | null {
    if (seq !== this.#nextSeq) return `chunk ${seq} came where ${this.#nextSeq} was due`;
    if (this.#allowed === 0) return `chunk ${seq} came without credit`;
    this.#nextSeq += 1;
    this.#allowed -= 1;
    if (this.#end !== null) return null;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#unread.push(chunk);
    else {
      waiter.resolve({ done: false, value: chunk });
      this.#count();
    }
    return null;
  }

  /** No chunk follows; with an error the consumer gets it after what it has not read. */
  finish(end: { readonly error?: unknown }): void {
    if (this.#end !== null) return;
    this.#end = end;
    for (const waiter of this.#waiting.splice(0)) this.#settle(waiter, end);
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    return { next: () => this.#next(), return: () => this.#return() };
  }

  #next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#unread.length > 0) {
      const value = this.#unread.shift();
      this.#count();
      return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve, reject) => {
      if (this.#end === null) this.#waiting.push({ resolve, reject });
      else this.#settle({ resolve, reject }, this.#end);
    });
  }

  /** An error is thrown once; after it the stream is simply over. */
  #settle(waiter: Waiter, end: { readonly error?: unknown }): void {
    if (end.error === undefined) return waiter.resolve(DONE);
    this.#end = {};
    waiter.reject(end.error);
  }

  #return(): Promise<IteratorResult<unknown, undefined>> {
    const open = this.#end === null;
    this.#unread.length = 0;
    this.finish({});
    this.#end = {};
    if (open) this.#events.abandoned();
    return Promise.resolve(DONE);
  }

  /** Credit is granted by the half window: a message for each chunk would cost as much as the chunk. */
  #count(): void {
    this.#taken += 1;
    if (this.#end !== null || this.#taken < Math.ceil(this.#window / 2)) return;
    this.#allowed += this.#taken;
    this.#events.credit(this.#taken);
    this.#taken = 0;
  }
}

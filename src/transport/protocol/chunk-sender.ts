/** What a sender of chunks writes to. */
export interface ChunkSink {
  /** Throws when a chunk does not fit a frame. */
  send(seq: number, chunk: unknown): void;
  /** Resolves when there is room to write; null when there is. */
  room(): Promise<void> | null;
}

/** The sending end of a credit-based stream: it takes the next chunk from its source only when it may send it. */
export class ChunkSender {
  readonly #sink: ChunkSink;
  #credit: number;
  #seq = 0;
  #stopped = false;
  #wake: (() => void) | null = null;

  constructor(window: number, sink: ChunkSink) {
    this.#credit = window;
    this.#sink = sink;
  }

  /** The receiver takes `n` more. */
  credit(n: number): void {
    this.#credit += n;
    this.#wake?.();
  }

  /** Sends nothing more; the source is closed at its next chunk. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  /** Sends the source to its end, or until `stop`; rejects with what the source throws. */
  async pump(source: AsyncIterable<unknown> | Iterable<unknown>): Promise<'ended' | 'stopped'> {
    for await (const chunk of source) {
      if (this.#stopped) return 'stopped';
      this.#credit -= 1;
      this.#sink.send(this.#seq, chunk);
      this.#seq += 1;
      if (!(await this.#admitted())) return 'stopped';
    }
    return 'ended';
  }

  /** Waits for credit and room; false after `stop`. */
  async #admitted(): Promise<boolean> {
    while (!this.#stopped) {
      const room = this.#sink.room();
      if (room !== null) await room;
      else if (this.#credit > 0) return true;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    return false;
  }
}

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { codeOf } from '../errors.js';

/** Standard output, line by line, at the speed of its reader. */
export class Output {
  readonly #stream: Writable;
  readonly #gone = new AbortController();
  #failure: unknown = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') this.#failure = error;
      this.#gone.abort();
    });
  }

  /** Fires when nobody can read any more: the reader went away, or the stream failed. */
  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  /** Why the stream failed; null when its reader merely went away. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Writes one line and waits while the reader is behind. Does nothing once closed. */
  async line(text: string): Promise<void> {
    await this.write(`${text}\n`);
  }

  async write(text: string): Promise<void> {
    if (this.closed.aborted || this.#stream.write(text)) return;
    try {
      await once(this.#stream, 'drain', { signal: this.closed });
    } catch (error) {
      if (!this.closed.aborted) throw error;
    }
  }
}

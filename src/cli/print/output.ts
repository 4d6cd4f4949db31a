import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { codeOf } from '../../errors.js';

/** One per stream: what failed in one place of a command is known in every other. */
const outputs = new Map<Writable, Output>();

/** Standard output, line by line, at the speed of its reader. */
export class Output {
  readonly #stream: Writable;
  readonly #gone = new AbortController();
  #failure: unknown = null;
  /** Writes whose end is not known yet, and who waits for them. */
  #unwritten = 0;
  #settle: () => void = () => undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => this.#fail(error));
  }

  /** The output of a stream: always the same one. */
  static of(stream: Writable): Output {
    const known = outputs.get(stream) ?? new Output(stream);
    outputs.set(stream, known);
    return known;
  }

  /** Why something that was written anywhere did not arrive, once that is known; null when all did, or nobody wants it. */
  static async unwritten(): Promise<unknown> {
    for (const output of outputs.values()) await output.settled();
    return [...outputs.values()].find(({ failure }) => failure !== null)?.failure ?? null;
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

  async write(text: string | Uint8Array): Promise<void> {
    if (this.closed.aborted) return;
    this.#unwritten += 1;
    if (this.#stream.write(text, (error) => this.#written(error ?? null))) return;
    try {
      await once(this.#stream, 'drain', { signal: this.closed });
    } catch (error) {
      if (!this.closed.aborted) throw error;
    }
  }

  /** Resolves when all is written, or never will be: only then is it known whether it failed. */
  async settled(): Promise<void> {
    if (this.#unwritten === 0 || this.closed.aborted) return;
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
  }

  #written(error: Error | null): void {
    this.#unwritten -= 1;
    if (error) this.#fail(error);
    else if (this.#unwritten === 0) this.#settle();
  }

  #fail(error: Error): void {
    // What follows the first failure only repeats it.
    if (!this.closed.aborted && !isReaderGone(error, this.#stream)) this.#failure = error;
    this.#gone.abort();
    this.#settle();
  }
}

/** Whoever read has had enough, or closed the terminal: then nothing failed. */
function isReaderGone(error: Error, stream: Writable): boolean {
  const code = codeOf(error);
  if (code === 'EIO') return 'isTTY' in stream && stream.isTTY === true;
  return code === 'EPIPE' || code === 'ECONNRESET';
}

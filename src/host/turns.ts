import type { Readable } from 'node:stream';
import type { Clock } from '../clock.js';

/** A chunk so long, in bytes, comes from a program that prints faster than it is read. */
const LONG = 16 * 1024;
/** How long the others wait for their turn, in milliseconds: some 25 MB/s are read in all. */
const TURN_MS = 5;

/**
 * Lets streams that have very much to say speak in turns. Otherwise the host would do nothing but read: up to two megabytes of
 * each stream in one turn of its loop, for as long as the programs print. A program waits in its pipe meanwhile.
 */
export class Turns {
  readonly #waiting = new Set<Readable>();
  readonly #free = new WeakSet<Readable>();
  #timer: unknown = null;

  constructor(readonly clock: Clock) {}

  /** After a chunk of a stream: if it was long, others go first. */
  spoke(stream: Readable, bytes: number): void {
    if (bytes < LONG || this.#free.has(stream)) return;
    stream.pause();
    this.#waiting.add(stream);
    this.#arm();
  }

  /** Its program has ended: what is left of it is its last words, and is read at once. */
  free(stream: Readable): void {
    this.#free.add(stream);
    if (this.#waiting.delete(stream)) stream.resume();
  }

  close(): void {
    for (const stream of [...this.#waiting]) this.free(stream);
    this.clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer ??= this.clock.setTimeout(() => {
      this.#timer = null;
      const [next] = this.#waiting;
      if (next && this.#waiting.delete(next)) next.resume();
      if (this.#waiting.size > 0) this.#arm();
    }, TURN_MS);
  }
}

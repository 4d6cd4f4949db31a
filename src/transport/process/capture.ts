import type { Readable } from 'node:stream';
import { fromWholeCharacter } from '../../machines/text/text-cut.js';
import { KEPT_OUTPUT_BYTES, type ShownTexts, shownBytes } from '../../stream-text.js';

/** How much of each stream can be looked at, also when it was taken: its last 16 KiB. */
export const LAST_LIMIT = 16 * 1024;

const MAX_CHUNKS = 1024;

const NEWLINE = 0x0a;

/** The end of a byte stream: at most `limit` bytes of what nobody has taken. Places in it are counted from its beginning. */
class Tail {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #written = 0;
  /** Up to where it was taken, and the end of that. */
  #taken = 0;
  #before: Uint8Array = new Uint8Array();

  constructor(readonly limit: number) {}

  get size(): number {
    return this.#size;
  }

  get end(): number {
    return this.#written;
  }

  /** Whether bytes are gone that nobody has taken. */
  get dropped(): boolean {
    return this.#start > this.#taken;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#written += chunk.length;
    this.#dropUpTo(this.#written - this.limit);
    // A million chunks of one byte would cost a hundred times their bytes.
    if (this.#chunks.length > MAX_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  look(): Buffer {
    return this.#whole(Buffer.concat(this.#chunks), this.dropped);
  }

  /** These bytes were taken, which end there. What was pushed since then stays. */
  taken(bytes: Uint8Array, end: number): void {
    // A copy: a part of it would keep all of it.
    this.#before = Buffer.concat([this.#before, bytes.subarray(-LAST_LIMIT)]).subarray(-LAST_LIMIT);
    this.#taken = end;
    this.#dropUpTo(end);
  }

  /** The last that was written, taken or not; from the beginning of a line on, if that is not all. */
  last(): { readonly bytes: Uint8Array; readonly isWhole: boolean } {
    const end = Buffer.concat([this.#before, this.look().subarray(-LAST_LIMIT)]).subarray(-LAST_LIMIT);
    if (end.length === this.#written) return { bytes: end, isWhole: true };
    // There may be no other line.
    return { bytes: this.#whole(end.subarray(end.indexOf(NEWLINE) + 1), true), isWhole: false };
  }

  #whole(bytes: Buffer, isCut: boolean): Buffer {
    return isCut ? bytes.subarray(bytes.length - fromWholeCharacter(bytes).length) : bytes;
  }

  get #start(): number {
    return this.#written - this.#size;
  }

  #dropUpTo(place: number): void {
    for (let first = this.#chunks[0]; first !== undefined && this.#start < place; first = this.#chunks[0]) {
      const excess = Math.min(first.length, place - this.#start);
      if (first.length === excess) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(excess);
      this.#size -= excess;
    }
  }
}

/** What was captured since the last `take`. */
export interface Captured {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether bytes before these were dropped. */
  readonly dropped: boolean;
}

/** What can be taken now. */
export interface Offer extends Captured {
  /** Takes it. Until then it counts towards the limit, and is offered again. */
  take(): void;
}

/** What a process wrote last. */
export interface LastOutput extends ShownTexts {
  /** Whether there was more before. */
  readonly truncated: boolean;
}

/**
 * Reads both streams of a process and keeps the last `KEPT_OUTPUT_BYTES` bytes of each until somebody takes them. The
 * program is never held up: what does not fit is dropped from the front, and said so.
 */
export class Capture {
  readonly #stdout: Tail;
  readonly #stderr: Tail;
  #open = 0;
  #end: () => void = () => undefined;
  #hear: (chunk: Uint8Array) => void = () => undefined;
  /** Resolves when both streams have ended. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(limit: number = KEPT_OUTPUT_BYTES) {
    this.#stdout = new Tail(limit);
    this.#stderr = new Tail(limit);
  }

  /** Whether there is something to take. */
  get pending(): boolean {
    return this.#stdout.size > 0 || this.#stderr.size > 0;
  }

  attach(stdout: Readable, stderr: Readable): void {
    stdout.on('data', (chunk: Uint8Array) => this.#hear(chunk));
    this.#read(stdout, this.#stdout);
    this.#read(stderr, this.#stderr);
  }

  /** Hears what comes on standard output, and at first what is kept of it. One at a time hears it. */
  hear(heard: (chunk: Uint8Array) => void): void {
    const kept = this.#stdout.look();
    if (kept.length > 0) heard(kept);
    this.#hear = heard;
  }

  take(): Captured {
    const { take, ...captured } = this.offer();
    take();
    return captured;
  }

  /** For somebody who may fail to keep it. */
  offer(): Offer {
    const [out, err] = [this.#stdout, this.#stderr];
    const [stdout, outEnd, stderr, errEnd] = [out.look(), out.end, err.look(), err.end];
    const take = () => {
      out.taken(stdout, outEnd);
      err.taken(stderr, errEnd);
    };
    return { stdout, stderr, dropped: out.dropped || err.dropped, take };
  }

  /** What standard error ends with, as text; it stays where it is. */
  peekStderr(): string {
    return this.#stderr.look().toString();
  }

  /** What both streams end with, as text, whether it was taken or not. */
  peek(): LastOutput {
    const [stdout, stderr] = [this.#stdout.last(), this.#stderr.last()];
    const shown = shownBytes({ stdout: stdout.bytes, stderr: stderr.bytes });
    return { ...shown, truncated: !(stdout.isWhole && stderr.isWhole) };
  }

  #read(stream: Readable, tail: Tail): void {
    this.#open += 1;
    stream.on('data', (chunk: Uint8Array) => tail.push(chunk));
    // `close` follows every end; an error on a stream that is being read is an end too.
    stream.on('error', () => stream.destroy());
    stream.on('close', () => {
      this.#open -= 1;
      if (this.#open === 0) this.#end();
    });
  }
}

import type { Readable } from 'node:stream';

/** How much of a stream is kept: the last mebibyte. */
export const CAPTURE_LIMIT = 1024 * 1024;

/** How much of each stream can be looked at, also when it was taken: its last 16 KiB. */
export const LAST_LIMIT = 16 * 1024;

const MAX_CHUNKS = 1024;

const NEWLINE = 0x0a;

/** The end of a byte stream: at most `limit` bytes, and whether more came before them. */
class Tail {
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** The end of what was taken. */
  #taken: Uint8Array = new Uint8Array();
  #written = 0;
  dropped = false;

  constructor(readonly limit: number) {}

  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#written += chunk.length;
    while (this.#size > this.limit) this.#dropFirst(this.#size - this.limit);
    // A million chunks of one byte would cost a hundred times their bytes.
    if (this.#chunks.length > MAX_CHUNKS) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  look(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  take(): Uint8Array {
    const bytes = this.look();
    this.#chunks = [];
    this.#size = 0;
    // A copy: a part of it would keep all of it.
    this.#taken = Buffer.concat([this.#taken, bytes.subarray(-LAST_LIMIT)]).subarray(-LAST_LIMIT);
    return bytes;
  }

  /** The last that was written, taken or not; from the beginning of a line on, if that is not all. */
  last(): { readonly text: string; readonly isWhole: boolean } {
    const end = Buffer.concat([this.#taken, this.look().subarray(-LAST_LIMIT)]).subarray(-LAST_LIMIT);
    if (end.length === this.#written) return { text: end.toString(), isWhole: true };
    return { text: end.subarray(end.indexOf(NEWLINE) + 1).toString(), isWhole: false };
  }

  #dropFirst(excess: number): void {
    this.dropped = true;
    const first = this.#chunks[0];
    if (first === undefined) return;
    if (first.length <= excess) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(excess);
    this.#size -= Math.min(excess, first.length);
  }
}

/** What was captured since the last `take`. */
export interface Captured {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether bytes before these were dropped. */
  readonly dropped: boolean;
}

/** What a process wrote last. */
export interface LastOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Whether there was more before. */
  readonly truncated: boolean;
}

/**
 * Reads both streams of a process and keeps the last `CAPTURE_LIMIT` bytes of each until somebody takes them. The
 * program is never held up: what does not fit is dropped from the front, and said so.
 */
export class Capture {
  readonly #stdout: Tail;
  readonly #stderr: Tail;
  #open = 0;
  #end: () => void = () => undefined;
  /** Resolves when both streams have ended. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(limit: number = CAPTURE_LIMIT) {
    this.#stdout = new Tail(limit);
    this.#stderr = new Tail(limit);
  }

  /** Whether there is something to take. */
  get pending(): boolean {
    return this.#stdout.size > 0 || this.#stderr.size > 0;
  }

  attach(stdout: Readable, stderr: Readable): void {
    this.#read(stdout, this.#stdout);
    this.#read(stderr, this.#stderr);
  }

  take(): Captured {
    const captured = {
      stdout: this.#stdout.take(),
      stderr: this.#stderr.take(),
      dropped: this.#stdout.dropped || this.#stderr.dropped,
    };
    this.#stdout.dropped = false;
    this.#stderr.dropped = false;
    return captured;
  }

  /** What standard error ends with, as text; it stays where it is. */
  peekStderr(): string {
    return this.#stderr.look().toString();
  }

  /** What both streams end with, as text, whether it was taken or not. */
  peek(): LastOutput {
    const [stdout, stderr] = [this.#stdout.last(), this.#stderr.last()];
    return { stdout: stdout.text, stderr: stderr.text, truncated: !(stdout.isWhole && stderr.isWhole) };
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

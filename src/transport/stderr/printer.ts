import { openStderr, type Sink } from './sink.js';

/** Bytes that wait for a reader who is behind. */
const BUFFER_LIMIT = 256 * 1024;
/** One write: no pipe takes part of so little, and lines of others do not fall into the midst of it. */
const PIECE = 4096;
/** What is written in one turn of the loop, so that the host's own work has its turn. */
const TURN_LIMIT = 64 * 1024;
/** How often a reader who is behind is tried, in milliseconds. */
const RETRY_MS = 20;

export interface PrinterOptions {
  readonly sink: () => Sink;
  /** Calls back after so many milliseconds, without keeping the process alive. */
  readonly later: (callback: () => void, ms: number) => void;
  readonly limit?: number;
}

/**
 * Whole lines on their way to a reader, whom nobody waits for: what finds no room in the buffer is dropped, counted for its
 * source, and said as soon as there is room again.
 */
export class Printer {
  readonly #options: PrinterOptions;
  readonly #limit: number;
  #sink: Sink | null = null;
  #waiting: Buffer[] = [];
  #size = 0;
  #isGone = false;
  #isArmed = false;
  readonly #dropped = new Map<string, number>();

  constructor(options: PrinterOptions) {
    this.#options = options;
    this.#limit = options.limit ?? BUFFER_LIMIT;
  }

  /** Whether nothing would be printed now: who has much to say may count it instead of putting it into words. */
  get isBehind(): boolean {
    return this.#isGone || this.#size >= this.#limit;
  }

  /** Prints whole lines of a source, each with its name in front. */
  print(source: string, lines: string): void {
    if (lines === '') return;
    const text = `${source} | ${lines.slice(0, -1).replaceAll('\n', `\n${source} | `)}\n`;
    if (!this.write(text)) this.drop(source, lines.split('\n').length - 1);
  }

  /** Prints text as it is; false, and nothing of it, when there is no room. */
  write(text: string): boolean {
    if (this.isBehind) return false;
    this.#admit(Buffer.from(text));
    this.#flush();
    return true;
  }

  /** Counts lines of a source that were not printed. */
  drop(source: string, lines: number): void {
    if (this.#isGone) return;
    this.#dropped.set(source, (this.#dropped.get(source) ?? 0) + lines);
    this.#arm(RETRY_MS);
  }

  /** Writes what can be written now: a last try before the process ends. */
  flush(): void {
    this.#flush(Number.POSITIVE_INFINITY);
  }

  #admit(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
  }

  #flush(most = TURN_LIMIT): void {
    let written = 0;
    while (written < most) {
      if (this.#waiting.length === 0 && !this.#sayDropped()) return;
      const piece = this.#next();
      const sunk = this.#sinkOf()(piece);
      if (sunk === 'gone') return this.#leave();
      this.#take(sunk);
      written += sunk;
      if (sunk < piece.length) return this.#arm(RETRY_MS);
    }
    this.#arm(0);
  }

  /** Whole lines of at most a piece; of a longer line a piece. */
  #next(): Buffer {
    const bytes = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
    if (!bytes) return Buffer.alloc(0);
    this.#waiting = [bytes];
    if (bytes.length <= PIECE) return bytes;
    const end = bytes.lastIndexOf(0x0a, PIECE - 1) + 1;
    return bytes.subarray(0, end === 0 ? PIECE : end);
  }

  #take(count: number): void {
    const [first] = this.#waiting;
    if (!first) return;
    this.#size -= count;
    this.#waiting = count === first.length ? [] : [first.subarray(count)];
  }

  /** Says what was dropped, now that all that was kept is out; false when nothing was. */
  #sayDropped(): boolean {
    if (this.#dropped.size === 0) return false;
    const said = [...this.#dropped].map(
      ([source, count]) =>
        `${source} | (${count} ${count === 1 ? 'line was' : 'lines were'} dropped: the reader was behind)\n`,
    );
    this.#dropped.clear();
    this.#admit(Buffer.from(said.join('')));
    return true;
  }

  #arm(ms: number): void {
    if (this.#isArmed || this.#isGone) return;
    this.#isArmed = true;
    this.#options.later(() => {
      this.#isArmed = false;
      this.#flush();
    }, ms);
  }

  #sinkOf(): Sink {
    this.#sink ??= this.#options.sink();
    return this.#sink;
  }

  /** Nobody reads any more: nothing is kept for nobody. */
  #leave(): void {
    this.#isGone = true;
    this.#waiting = [];
    this.#size = 0;
    this.#dropped.clear();
  }
}

/** The one standard error of this process: systems that share it share its buffer. */
export const hostStderr = new Printer({
  sink: openStderr,
  later: (callback, ms) => void setTimeout(callback, ms).unref(),
});

import { StringDecoder } from 'node:string_decoder';

/** Characters of a line; a longer one comes in pieces. */
const LONGEST = 8192;

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into whole lines. What is not UTF-8 becomes U+FFFD; a line without an end waits for it. */
export class LineCutter {
  #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Whether the beginning of the line that comes is gone. */
  #isSkipping = false;

  /** The whole lines, each with its line break; empty when there is none yet. */
  cut(chunk: Buffer): string {
    const text = this.#rest + this.#decoder.write(chunk);
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.slice(end);
    const begin = this.#isSkipping ? text.indexOf('\n') + 1 : 0;
    if (end > 0) this.#isSkipping = false;
    return text.slice(begin, end) + this.#pieces();
  }

  /** Passes over a chunk without putting it into text, which costs more than it is worth when nobody reads. Counts its lines. */
  skip(chunk: Uint8Array): number {
    let lines = 0;
    // An iterator would cost four times as much.
    for (let at = 0; at < chunk.length; at += 1) if (chunk[at] === NEWLINE) lines += 1;
    this.#decoder = new StringDecoder('utf8');
    this.#isSkipping = chunk.length > 0 && chunk.at(-1) !== NEWLINE;
    this.#rest = '';
    return lines;
  }

  /** What is left at the end of the stream, with a line break. */
  end(): string {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    return last === '' || this.#isSkipping ? '' : `${last}\n`;
  }

  #pieces(): string {
    let pieces = '';
    while (this.#rest.length > LONGEST) {
      pieces += `${this.#rest.slice(0, LONGEST)}\n`;
      this.#rest = this.#rest.slice(LONGEST);
    }
    return pieces;
  }
}

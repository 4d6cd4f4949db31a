import { createReadStream } from 'node:fs';
import { codeOf, EspalierError } from '../../errors.js';

/** The longest line that is taken, in bytes. Programs cannot be given more than 128 KiB in one argument anyway. */
export const MAX_LINE = 1024 * 1024;

/** One line of input, with its number in the file (from 1) for messages. */
export interface InputLine {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads a file, or standard input for `-`, to its end: UTF-8, lines ended by LF or CRLF, empty lines skipped, a byte
 * order mark at the start ignored.
 *
 * @throws EspalierError `ESP_INVALID` naming the file and the line that does not fit
 */
export async function readInput(from: string, stdin: AsyncIterable<Uint8Array> = process.stdin): Promise<InputLine[]> {
  const name = from === '-' ? 'standard input' : from;
  const splitter = new LineSplitter(name);
  try {
    for await (const chunk of from === '-' ? stdin : createReadStream(from)) splitter.push(chunk);
  } catch (error) {
    throw unreadable(name, error);
  }
  return splitter.end();
}

/** Splits bytes into lines. Bytes, not text, are split, so that a chunk may end within a character. */
export class LineSplitter {
  readonly #name: string;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #lines: InputLine[] = [];
  #pieces: Uint8Array[] = [];
  #length = 0;
  #line = 1;

  constructor(name: string) {
    this.#name = name;
  }

  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#add(chunk.subarray(start, end));
      this.#endLine();
      start = end + 1;
    }
    this.#add(chunk.subarray(start));
  }

  /** All lines; a last line needs no line break. */
  end(): InputLine[] {
    this.#endLine();
    return this.#lines;
  }

  #add(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > MAX_LINE) throw this.#refuse(`is longer than ${MAX_LINE} bytes`);
    if (bytes.length > 0) this.#pieces.push(bytes);
  }

  #endLine(): void {
    const text = this.#decode(Buffer.concat(this.#pieces));
    if (text !== '') this.#lines.push({ text, line: this.#line });
    this.#pieces = [];
    this.#length = 0;
    this.#line += 1;
  }

  #decode(bytes: Uint8Array): string {
    if (bytes.includes(0)) throw this.#refuse('contains a NUL character, which no argument of a program can hold');
    try {
      const text = this.#decoder.decode(bytes).replace(/\r$/, '');
      return this.#line === 1 ? text.replace(/^\uFEFF/, '') : text;
    } catch (cause) {
      throw this.#refuse('is not UTF-8', cause);
    }
  }

  #refuse(what: string, cause?: unknown): EspalierError {
    const context = { input: this.#name, line: this.#line };
    return new EspalierError('ESP_INVALID', `${this.#name}: line ${this.#line} ${what}`, { cause, context });
  }
}

function unreadable(name: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'ENOENT') return invalid(`input file ${name} does not exist`, error);
  if (code === 'EISDIR') return invalid(`input file ${name} is a directory`, error);
  if (code === 'EACCES' || code === 'EPERM') return invalid(`input file ${name} may not be read`, error);
  return error;
}

function invalid(message: string, cause: unknown): EspalierError {
  return new EspalierError('ESP_INVALID', message, { cause });
}

import { isAscii, isUtf8 } from 'node:buffer';
import type { EspalierError } from '../../errors.js';
import { beginsHeader, type Frame, type Header, malformed, parseHeader } from './frames.js';
import type { FrameLimits } from './limits.js';

const LINE_FEED = 0x0a;
const FIRST_LINE_BUFFER = 1024;
/** Trailers from this size on are handed over as views of what was read; smaller ones would pin a whole read. */
const VIEW_FROM = 4096;

/** Who takes what a decoder reads. */
export interface FrameReader {
  frame(frame: Frame): void;
  /** Called at most once, with `ESP_PROTOCOL`; nothing follows it. */
  failed(error: EspalierError): void;
}

/**
 * Cuts a stream of bytes into frames, however it is chunked. It holds at most one header line and one frame's trailers.
 * The first malformed byte ends it: it never looks for the next frame.
 */
export class FrameDecoder {
  /** The beginning of a line whose end has not arrived, in a buffer that grows to the limit and is then dropped. */
  #line: Buffer | null = null;
  #lineLength = 0;
  #header: Header | null = null;
  #trailers: Uint8Array[] = [];
  /** A trailer that has arrived in part. */
  #partial: Buffer | null = null;
  #filled = 0;
  #ascii = false;
  #over = false;

  constructor(
    /** May change between frames. */
    public limits: FrameLimits,
    readonly reader: FrameReader,
  ) {}

  /** Whether the bytes so far end inside a frame. */
  get midFrame(): boolean {
    return this.#lineLength > 0 || this.#header !== null;
  }

  /** Reads no further; what arrives is dropped. */
  stop(): void {
    this.#over = true;
    this.#line = null;
    this.#partial = null;
    this.#trailers = [];
  }

  push(chunk: Buffer): void {
    // Found out once for a read: text of its lines then needs no check and no decoding.
    this.#ascii = this.#lineLength === 0 && isAscii(chunk);
    let at = 0;
    while (at < chunk.length && !this.#over) {
      at = this.#header === null ? this.#readLine(chunk, at) : this.#readTrailer(chunk, at, this.#header);
    }
  }

  #readLine(chunk: Buffer, start: number): number {
    const byte = chunk[start] ?? LINE_FEED;
    if (this.#lineLength === 0 && !beginsHeader(byte)) {
      this.#fail('a header line begins with no "{"', chunk.subarray(start));
      return start;
    }
    const end = chunk.indexOf(LINE_FEED, start);
    if (this.#ascii && end !== -1 && end - start <= this.limits.maxHeader) {
      this.#open(chunk.toString('latin1', start, end), end - start);
      return end + 1;
    }
    const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
    if (this.#lineLength + piece.length > this.limits.maxHeader) {
      this.#fail(`a header line is longer than ${this.limits.maxHeader} bytes`, this.#join(piece.subarray(0, 200)));
      return start;
    }
    if (end === -1) {
      this.#keep(piece);
      return chunk.length;
    }
    const line = this.#join(piece);
    this.#lineLength = 0;
    if (isUtf8(line)) this.#open(line.toString(), line.length);
    else this.#fail('a header line is not UTF-8', line);
    return end + 1;
  }

  #open(line: string, bytes: number): void {
    const header = parseHeader(line, bytes, this.limits);
    if (typeof header === 'string') return this.#fail(header, Buffer.from(line));
    this.#header = header;
    this.#closeIfComplete(header);
  }

  #readTrailer(chunk: Buffer, start: number, header: Header): number {
    const size = header.sizes[this.#trailers.length] ?? 0;
    const end = Math.min(chunk.length, start + size - this.#filled);
    if (this.#partial === null && end - start === size) {
      const view = chunk.subarray(start, end);
      this.#trailers.push(size < VIEW_FROM ? Buffer.from(view) : view);
    } else {
      this.#partial ??= Buffer.allocUnsafeSlow(size);
      chunk.copy(this.#partial, this.#filled, start, end);
      this.#filled += end - start;
      if (this.#filled === size) this.#endPartial(this.#partial);
    }
    this.#closeIfComplete(header);
    return end;
  }

  #endPartial(trailer: Buffer): void {
    this.#trailers.push(trailer);
    this.#partial = null;
    this.#filled = 0;
  }

  #closeIfComplete({ header, sizes }: Header): void {
    while (this.#trailers.length < sizes.length && sizes[this.#trailers.length] === 0) {
      this.#trailers.push(new Uint8Array(0));
    }
    if (this.#trailers.length < sizes.length) return;
    const trailers = this.#trailers;
    this.#header = null;
    this.#trailers = [];
    this.reader.frame({ header, trailers });
  }

  /** Doubles, so that a line that arrives byte by byte costs no more than one that arrives at once. */
  #keep(piece: Buffer): void {
    const length = this.#lineLength + piece.length;
    if (this.#line === null || this.#line.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_LINE_BUFFER, 2 * length));
      this.#line?.copy(grown, 0, 0, this.#lineLength);
      this.#line = grown;
    }
    piece.copy(this.#line, this.#lineLength);
    this.#lineLength = length;
  }

  #join(piece: Buffer): Buffer {
    if (this.#line === null || this.#lineLength === 0) return piece;
    this.#keep(piece);
    const line = this.#line.subarray(0, this.#lineLength);
    this.#line = null;
    return line;
  }

  #fail(reason: string, received: Uint8Array): void {
    this.stop();
    this.reader.failed(malformed(reason, received));
  }
}

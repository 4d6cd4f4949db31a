import { EspalierError } from '../../errors.js';
import { isDeeper, MAX_DEPTH } from '../../json/plain.js';
import { readJson } from '../../json/read.js';
import { writeJson } from '../../json/write.js';
import { type FrameLimits, MAX_TRAILERS } from './limits.js';

/** One frame as it arrived: the object of its header line, and the raw bytes that followed it. */
export interface Frame {
  readonly header: Record<string, unknown>;
  readonly trailers: readonly Uint8Array[];
}

/** One frame on its way out: the header line with its line feed, and what follows it. */
export interface EncodedFrame {
  readonly line: string;
  readonly trailers: readonly Uint8Array[];
}

/** Bytes of a malformed frame that its error shows. */
const SHOWN = 200;

/** Why a connection is over: the one error of a decoder, with the first bytes of the frame in `context.received`. */
export function malformed(reason: string, received: Uint8Array): EspalierError {
  const shown = Buffer.from(received.subarray(0, SHOWN)).toString();
  return new EspalierError('ESP_PROTOCOL', `${reason}; received ${JSON.stringify(shown)}`, {
    context: { reason, received: shown },
  });
}

/** As `malformed`, for a header that was read before. */
export function malformedHeader(reason: string, header: Readonly<Record<string, unknown>>): EspalierError {
  return malformed(reason, Buffer.from(writeJson(header)));
}

/** A header line that was read, and the sizes of the trailers that follow it. */
export interface Header {
  readonly header: Record<string, unknown>;
  readonly sizes: readonly number[];
}

const OPENING_BRACE = 0x7b;
const NO_SIZES: readonly number[] = [];

/** Whether a line that begins so can be a header at all; said before the line is complete. */
export function beginsHeader(byte: number): boolean {
  return byte === OPENING_BRACE;
}

/** Reads a header line (without its line feed) of so many bytes, or says in words what is wrong with it. */
export function parseHeader(line: string, bytes: number, limits: FrameLimits): Header | string {
  let header: unknown;
  try {
    header = readJson(line);
  } catch (error) {
    return `a header line is not JSON (${error instanceof Error ? error.message.slice(0, SHOWN) : String(error)})`;
  }
  if (!isRecord(header)) return 'a header line is not a JSON object';
  // The object of the header is one level itself.
  if (isDeeper(header, line, MAX_DEPTH + 1)) {
    return `a header line holds values nested deeper than ${MAX_DEPTH} levels`;
  }
  const sizes = header.b;
  if (sizes === undefined) return { header, sizes: NO_SIZES };
  if (!isSizes(sizes)) return '"b" is not a list of sizes in bytes';
  if (sizes.length > MAX_TRAILERS) return `a frame has ${sizes.length} trailers; the limit is ${MAX_TRAILERS}`;
  const total = sizes.reduce((sum, size) => sum + size, bytes + 1);
  if (total > limits.maxFrame) return `a frame has ${total} bytes; the limit is ${limits.maxFrame}`;
  return { header, sizes };
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

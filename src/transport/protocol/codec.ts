import { EspalierError, toErrorRecord } from '../../errors.js';
import { isDeeper, MAX_DEPTH } from '../../json/plain.js';
import { readJson } from '../../json/read.js';
import { writeJson } from '../../json/write.js';
import type { EncodedFrame, Frame } from './frames.js';
import type { FrameLimits } from './limits.js';
import type { HostMessage, WorkerMessage } from './messages.js';
import { type Packed, type Path, pack, unpack } from './payload.js';

/** The one field of a message that may hold bytes. */
const PAYLOAD_FIELDS: ReadonlyMap<string, string> = new Map([
  ['call', 'a'],
  ['context', 'd'],
  ['result', 'r'],
  ['chunk', 'd'],
  ['event', 'd'],
  ['answer', 'value'],
]);

/** A UTF-16 unit is at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

/**
 * Writes a message as a frame. Bytes in its payload follow as trailers; a payload too long for the header line follows
 * as a trailer of JSON.
 *
 * @throws EspalierError `ESP_INVALID` for what JSON would lose, and for a frame over the limits
 */
export function encodeMessage(message: HostMessage | WorkerMessage, limits: FrameLimits): EncodedFrame {
  switch (message.t) {
    case 'call':
      return encode(message, pack(message.a, 'args'), limits);
    case 'context':
      return encode(message, pack(message.d, 'what its job is told'), limits);
    case 'result':
      return encode(message, pack(message.r, 'result'), limits);
    case 'chunk':
      return encode(message, pack(message.d, 'chunk'), limits);
    case 'event':
      return encode(message, pack(message.d, 'event'), limits);
    case 'answer':
      return encode(message, pack(message.value, 'answer'), limits);
    case 'hello':
      return bare(message, 'config', pack(message.config, 'config'), limits);
    case 'metric':
      return bare(message, 'value', pack(message.value, message.name), limits);
    case 'ask':
      return bare(message, 'question', pack(message.question, 'question'), limits);
    case 'error':
      return bare(message, 'data', pack(message.data, 'error data'), limits);
    case 'ready':
      // A schema of a method may hold integers of any size.
      return { line: inHeader(`${writeJson(message)}\n`, limits), trailers: [] };
    case 'progress':
    case 'start':
    case 'end':
    case 'credit':
    case 'cancel':
    case 'ping':
    case 'pong':
    case 'log':
    case 'shutdown':
    case 'recycle':
    case 'bye':
      return line(message, limits);
    default:
      return message satisfies never;
  }
}

/** A message whose free field must be JSON without bytes. */
function bare(message: object, field: string, packed: Packed, limits: FrameLimits): EncodedFrame {
  if (packed.blobs.length > 0) throw new EspalierError('ESP_INVALID', `${field} holds bytes; only payloads can`);
  return bounded({ line: inHeader(`${headOf(message, field, packed)}\n`, limits), trailers: [] }, limits);
}

function line(message: object, limits: FrameLimits): EncodedFrame {
  return { line: inHeader(`${stringify(message)}\n`, limits), trailers: [] };
}

function inHeader(text: string, { maxHeader }: FrameLimits): string {
  if (fits(text, maxHeader)) return text;
  throw tooLong(`the header line has more than ${maxHeader} bytes`);
}

function encode(message: { readonly t: string }, packed: Packed, limits: FrameLimits): EncodedFrame {
  const field = PAYLOAD_FIELDS.get(message.t) ?? '';
  const { blobs, paths } = packed;
  if (blobs.length === 0) {
    const text = `${headOf(message, field, packed)}\n`;
    if (fits(text, limits.maxHeader)) return { line: text, trailers: [] };
  } else {
    const b = blobs.map((blob) => blob.byteLength);
    const text = `${headOf({ ...message, b, bp: paths }, field, packed)}\n`;
    if (fits(text, limits.maxHeader)) return bounded({ line: text, trailers: blobs }, limits);
  }
  const json = Buffer.from(packed.isExact ? writeJson(packed.value) : stringify(packed.value));
  const trailers = [json, ...blobs];
  const b = trailers.map((trailer) => trailer.byteLength);
  const header = line({ ...message, [field]: null, b, bp: paths, j: true }, limits);
  return bounded({ line: header.line, trailers }, limits);
}

/** The JSON of a message whose field is the packed value. */
function headOf(message: object, field: string, { value, isExact, blobs }: Packed): string {
  if (isExact) return `${stringify({ ...message, [field]: undefined }).slice(0, -1)},"${field}":${writeJson(value)}}`;
  return stringify(blobs.length === 0 ? message : { ...message, [field]: value });
}

/** A getter or `toJSON` may answer otherwise than when it was looked at, and no text can be as long as one likes. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const reason = toErrorRecord(cause).message;
    throw new EspalierError('ESP_INVALID', `what is to be sent cannot be written as JSON: ${reason}`, { cause });
  }
}

function fits(text: string, maxHeader: number): boolean {
  return text.length * BYTES_PER_UNIT <= maxHeader || Buffer.byteLength(text) - 1 <= maxHeader;
}

function bounded(frame: EncodedFrame, limits: FrameLimits): EncodedFrame {
  const bytes = frame.trailers.reduce((sum, { byteLength }) => sum + byteLength, Buffer.byteLength(frame.line));
  if (bytes > limits.maxFrame) throw tooLong(`the frame has ${bytes} bytes; the limit is ${limits.maxFrame}`);
  return frame;
}

function tooLong(what: string): EspalierError {
  return new EspalierError('ESP_INVALID', `${what}: hand over a file's path, or send a stream of smaller chunks`);
}

/** The header of a frame with its payload put together, or in words what is wrong with it. */
export function decodeFrame({ header, trailers }: Frame): Record<string, unknown> | string {
  if (typeof header.t !== 'string') return 'a header line names no type of message in "t"';
  if (trailers.length === 0) return header;
  const field = PAYLOAD_FIELDS.get(header.t);
  // Trailers of a message that this version does not know are skipped with it.
  if (field === undefined) return header;
  const packed = packedOf(header, field, trailers);
  const payload = typeof packed === 'string' ? packed : unpack(packed);
  return typeof payload === 'string' ? payload : { ...header, [field]: payload.value };
}

function packedOf(
  header: Record<string, unknown>,
  field: string,
  trailers: readonly Uint8Array[],
): Pick<Packed, 'value' | 'blobs' | 'paths'> | string {
  const [json, ...rest] = trailers;
  const isJson = header.j === true && json !== undefined;
  const blobs = isJson ? rest : trailers;
  const paths = header.bp ?? (blobs.length === 1 ? [[]] : []);
  if (!isPaths(paths) || paths.length !== blobs.length) return '"bp" does not say for each trailer where it belongs';
  if (!isJson) return { value: header[field] ?? null, blobs, paths };
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
    const value = readJson(text);
    if (isDeeper(value, text, MAX_DEPTH)) return `a payload in a trailer is nested deeper than ${MAX_DEPTH} levels`;
    return { value, blobs, paths };
  } catch (error) {
    return `a payload in a trailer is not JSON (${error instanceof Error ? error.message.slice(0, 200) : String(error)})`;
  }
}

function isPaths(value: unknown): value is readonly Path[] {
  return Array.isArray(value) && value.every((path) => Array.isArray(path) && path.every(isKey));
}

function isKey(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

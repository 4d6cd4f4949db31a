import { asked, isError, isEspalierError, messageOf } from '../../errors.js';
import { writeJson } from '../../json/write.js';
import type { WireError } from './messages.js';
import { pack } from './payload.js';

/** What is kept of a message and of a stack, in characters: an error must always fit a header line. */
const KEPT_MESSAGE = 16 * 1024;
const KEPT_STACK = 32 * 1024;
const KEPT_DATA = 128 * 1024;
const KEPT_NAME = 200;

/**
 * An error that was thrown on the other side of a connection: a worker's method in the host, a host tool in a worker.
 * `stack` is the one of the other side.
 */
export class RemoteError extends Error {
  override readonly name: string = 'RemoteError';
  /** What the callee called it; `ESP_ABORTED` for a cancelled call, `ESP_NOT_FOUND` for an unknown method. */
  readonly code: string;
  /** The class of the error there. */
  readonly type: string;
  readonly data: unknown;
  /** Whether the callee knows that the call may be tried again. */
  readonly retryable: boolean;

  constructor(error: WireError) {
    super(error.message);
    this.code = error.code;
    this.type = error.type ?? 'Error';
    this.data = error.data;
    this.retryable = error.retryable ?? false;
    if (error.stack !== undefined) this.stack = error.stack;
  }
}

/**
 * What crosses the wire of a thrown value, whatever it was: of `{ code, message }` what an error would have. Data that JSON
 * cannot hold, or over 128 KiB, stays behind; nothing that the value does when it is looked at throws here.
 */
export function toWireError(error: unknown): WireError {
  const part = (name: string) => asked(() => Object(error)[name] as unknown);
  const text = (name: string, most: number) => {
    const found = part(name);
    return typeof found === 'string' ? found.slice(0, most) : undefined;
  };
  const data = dataOf(error, part('data'));
  return {
    code: (text('code', KEPT_NAME) || text('name', KEPT_NAME)) ?? 'Error',
    message: messageOf(error).slice(0, KEPT_MESSAGE),
    type: typeOf(error).slice(0, KEPT_NAME),
    stack: text('stack', KEPT_STACK),
    data: fits(data) ? data : undefined,
    retryable: part('retryable') === true,
  };
}

function dataOf(error: unknown, data: unknown): unknown {
  if (data !== undefined) return data;
  if (isEspalierError(error)) return error.context;
  // What is thrown without being an error says by its fields what happened.
  return typeof error === 'object' && !isError(error) ? error : undefined;
}

function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const made: unknown = asked(() => error.constructor);
  return typeof made === 'function' && made.name !== '' ? made.name : 'Object';
}

function fits(data: unknown): boolean {
  try {
    const { value, isExact, blobs } = pack(data, 'data');
    const text = isExact ? writeJson(value) : JSON.stringify(value);
    return blobs.length === 0 && (text?.length ?? 0) <= KEPT_DATA;
  } catch {
    // The error itself matters more than the reason why its data does not travel.
    return false;
  }
}

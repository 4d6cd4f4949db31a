import { codeOf, isEspalierError } from '../../../errors.js';
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

/** What crosses the wire of a thrown value, whatever it was; data that JSON cannot hold, or over 128 KiB, stays behind. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) {
    return { code: 'Error', message: String(error).slice(0, KEPT_MESSAGE), type: typeof error };
  }
  const data = 'data' in error ? error.data : isEspalierError(error) ? error.context : undefined;
  return {
    code: (codeOf(error) ?? error.name).slice(0, KEPT_NAME),
    message: error.message.slice(0, KEPT_MESSAGE),
    type: error.constructor.name.slice(0, KEPT_NAME),
    stack: error.stack?.slice(0, KEPT_STACK),
    data: fits(data) ? data : undefined,
    retryable: 'retryable' in error && error.retryable === true,
  };
}

function fits(data: unknown): boolean {
  try {
    return pack(data, 'data').blobs.length === 0 && (JSON.stringify(data)?.length ?? 0) <= KEPT_DATA;
  } catch {
    // The error itself matters more than the reason why its data does not travel.
    return false;
  }
}

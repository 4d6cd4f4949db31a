import { type ErrorCode, EspalierError, isEspalierError } from '../../errors.js';

/** An error on its way between threads, which would lose its class and its code. */
export type WireError =
  | { readonly ours: true; readonly code: ErrorCode; readonly message: string; readonly context: string }
  | { readonly ours: false; readonly name: string; readonly message: string; readonly stack: string };

/** What travels of an error. */
export function toWire(error: unknown): WireError {
  if (isEspalierError(error)) {
    return { ours: true, code: error.code, message: error.message, context: JSON.stringify(error.context) };
  }
  if (error instanceof Error) {
    return { ours: false, name: error.name, message: error.message, stack: error.stack ?? '' };
  }
  return { ours: false, name: 'Error', message: String(error), stack: '' };
}

/** The error again, on the other side. */
export function fromWire(wire: WireError): Error {
  if (wire.ours) return new EspalierError(wire.code, wire.message, { context: JSON.parse(wire.context) });
  const error = new Error(wire.message);
  error.name = wire.name;
  error.stack = wire.stack;
  return error;
}

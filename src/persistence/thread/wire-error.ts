import { type ErrorCode, EspalierError, isEspalierError, messageOf } from '../../errors.js';

/** An error on its way between threads, which would lose its class and its code. */
export type WireError =
  | { readonly ours: true; readonly code: ErrorCode; readonly message: string; readonly context: string }
  | {
      readonly ours: false;
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      /** What else it has that can be copied: its code, its cause, fields of its own. */
      readonly own: Readonly<Record<string, unknown>>;
    };

/** What travels of an error. */
export function toWire(error: unknown): WireError {
  if (isEspalierError(error)) {
    return { ours: true, code: error.code, message: error.message, context: JSON.stringify(error.context) };
  }
  if (error instanceof Error) {
    return { ours: false, name: error.name, message: error.message, stack: error.stack ?? '', own: ownOf(error) };
  }
  return { ours: false, name: 'Error', message: messageOf(error), stack: '', own: {} };
}

const SAID: ReadonlySet<string> = new Set(['name', 'message', 'stack']);

function ownOf(error: Error): Record<string, unknown> {
  const fields = Object.getOwnPropertyNames(error).filter((name) => !SAID.has(name));
  return Object.fromEntries(fields.flatMap((name) => copied(error, name)));
}

function copied(error: Error, name: string): [string, unknown][] {
  try {
    return [[name, structuredClone(Reflect.get(error, name))]];
  } catch {
    // A function, or something that holds one: it stays in its thread.
    return [];
  }
}

/** The error again, on the other side. */
export function fromWire(wire: WireError): Error {
  if (wire.ours) return new EspalierError(wire.code, wire.message, { context: JSON.parse(wire.context) });
  const error = new Error(wire.message);
  error.name = wire.name;
  error.stack = wire.stack;
  return Object.assign(error, wire.own);
}

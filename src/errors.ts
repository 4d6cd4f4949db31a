/**
 * Every failure that a user of Espalier can meet, by code. A code never changes its meaning;
 * the message says what happened, where, and what to do.
 */
export type ErrorCode =
  | 'ESP_ABORTED' // the caller's AbortSignal fired, or the work was cancelled
  | 'ESP_CONFLICT' // two owners claim one thing: a registration, a key, a path
  | 'ESP_CONTRACT' // a worker's answer does not fit the contract of its pool
  | 'ESP_FENCED' // another host declared this one dead and took its work
  | 'ESP_INVALID' // an argument, option or input does not fit; nothing was started
  | 'ESP_NOT_FOUND' // no actor, pool, run, job or file of that name
  | 'ESP_OWNED' // a living host owns the run
  | 'ESP_PLATFORM' // the operating system lacks what is needed
  | 'ESP_PROTOCOL' // a worker spoke out of protocol and was killed
  | 'ESP_QUEUE_FULL' // the bounded queue's policy refused the work
  | 'ESP_QUARANTINED' // a process could not be proven gone; its slot stays closed
  | 'ESP_SESSION_LOST' // the worker that a session was bound to is gone, with what it kept of it
  | 'ESP_SHUTDOWN' // an actor ended itself with `Shutdown`
  | 'ESP_SNAPSHOT' // a saved machine does not fit its definition, or its state cannot be saved
  | 'ESP_SPAWN' // the operating system did not start the program
  | 'ESP_START' // a child of a supervisor did not start
  | 'ESP_STOPPED' // the system, or the actor, has stopped
  | 'ESP_STORE_CORRUPT' // the file is not a store, or a damaged one
  | 'ESP_STORE_FULL' // the disk is full; nothing of the operation was kept
  | 'ESP_STORE_FUTURE' // a newer version of Espalier wrote the store
  | 'ESP_STORE_LOCKED' // another process holds the store's lock
  | 'ESP_STORE_MISSING' // opened for reading, and not there
  | 'ESP_STORE_UNUSABLE' // a directory, read-only, or not permitted
  | 'ESP_TEST' // a helper of `espalier/testing` found what it was to rule out
  | 'ESP_TIMEOUT' // the deadline passed
  | 'ESP_UNAVAILABLE' // the pool's circuit breaker is open: its calls kept failing
  | 'ESP_WORKER_BOOT' // a worker never became ready
  | 'ESP_WORKER_EXITED'; // a worker ended while it had the call

/** Facts that go with an error: plain data, safe to log and to store. */
export type ErrorContext = Readonly<Record<string, unknown>>;

const brand = Symbol.for('espalier.error');

/**
 * The one error class of Espalier.
 *
 * @example
 * import { EspalierError } from 'espalier';
 * const error = new EspalierError('ESP_TIMEOUT', 'slot 3 ran longer than 50 ms', { context: { index: 3 } });
 * error.code; // 'ESP_TIMEOUT'
 */
export class EspalierError extends Error {
  override readonly name: string = 'EspalierError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  readonly [brand] = true;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; context?: ErrorContext } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** Whether `error` is ours, also when it comes from a second installed copy of Espalier. */
export function isEspalierError(error: unknown): error is EspalierError {
  return typeof error === 'object' && error !== null && brand in error;
}

/**
 * Thrown inside an actor to end it with the exit `shutdown`: an expected end, which restarts only permanent children.
 *
 * @example
 * import { Shutdown } from 'espalier';
 * const action = () => { throw new Shutdown('nothing left to do'); };
 */
export class Shutdown extends EspalierError {
  override readonly name = 'Shutdown';
  readonly reason: unknown;

  constructor(reason?: unknown) {
    super('ESP_SHUTDOWN', `the actor shut itself down: ${String(reason ?? 'no reason given')}`);
    this.reason = reason;
  }
}

/** An error as plain data: what rows and events keep of it. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
}

/** What is kept of a thrown value, whatever it was. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (isEspalierError(error)) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: codeOf(error) ?? error.name, message: error.message };
  return { code: codeOf(error) ?? 'Error', message: messageOf(error) ?? textOf(error) };
}

function messageOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return typeof error.message === 'string' ? error.message : undefined;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    // An object without a prototype, say: anything can be thrown.
    return `something without a text (${typeof value})`;
  }
}

/** The `code` of a Node or SQLite error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Every failure that a user of Espalier can meet, by code. A code never changes its meaning;
 * the message says what happened, where, and what to do.
 */
export type ErrorCode =
  | 'ESP_ABORTED' // the caller's AbortSignal fired, or the work was cancelled
  | 'ESP_ANSWERED' // the question has another answer already
  | 'ESP_BUDGET' // a job and its descendants have used up their budget
  | 'ESP_COMMIT' // the operation that goes with a job's success failed: the attempt did
  | 'ESP_CONFLICT' // two owners claim one thing: a registration, a key, a path
  | 'ESP_CONTRACT' // a worker's answer does not fit the contract of its pool
  | 'ESP_FENCED' // another host declared this one dead and took its work
  | 'ESP_INVALID' // an argument, option or input does not fit; nothing was started
  | 'ESP_JOB_FAILED' // a job ended without success; its state and its error are in the context
  | 'ESP_KEY_CONFLICT' // a job of that key exists, with another method or other arguments
  | 'ESP_NOT_FOUND' // no actor, pool, run, job or file of that name
  | 'ESP_OWNED' // a living host owns the run
  | 'ESP_PAYLOAD' // a value is larger than `maxPayload`; nothing of it was kept
  | 'ESP_PLATFORM' // the operating system lacks what is needed
  | 'ESP_POISONED' // the job's hosts died each time it ran, at last with nothing beside it
  | 'ESP_PROTOCOL' // a worker spoke out of protocol and was killed
  | 'ESP_QUEUE_FULL' // the bounded queue's policy refused the work
  | 'ESP_QUARANTINED' // a process could not be proven gone; its seat stays closed
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
  | 'ESP_SUSPENDED' // an attempt of a job ends to wait: no failure, and to be let pass
  | 'ESP_TEST' // a helper of `espalier/testing` found what it was to rule out
  | 'ESP_TIMEOUT' // the deadline passed
  | 'ESP_TOO_OLD' // the events that a cursor asks for have left the journal
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
  return asked(() => typeof error === 'object' && error !== null && brand in error) ?? false;
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
    super('ESP_SHUTDOWN', `the actor shut itself down: ${textOf(reason ?? 'no reason given')}`);
    this.reason = reason;
  }
}

/** An error as plain data: what rows and events keep of it. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
}

/** What is kept of a thrown value, whatever it was: no getter or proxy of it throws here. */
export function toErrorRecord(error: unknown): ErrorRecord {
  const name = isError(error) ? (asked(() => error.name) ?? 'Error') : 'Error';
  return { code: codeOf(error) ?? textOf(name), message: messageOf(error) };
}

/** What a thrown value says: its message, or for want of one what can be said of it. Never throws. */
export function messageOf(error: unknown): string {
  return messageIn(error) ?? (isError(error) ? '' : textOf(error));
}

/** A thrown value as an error: itself if it is one. */
export function toError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new Error(messageOf(thrown), { cause: thrown });
}

/** `instanceof` asks a proxy for its prototype, and one that was revoked throws. */
export function isError(value: unknown): value is Error {
  return asked(() => value instanceof Error) ?? false;
}

function messageIn(error: unknown): string | undefined {
  const message = asked(() => typeof error === 'object' && error !== null && 'message' in error && error.message);
  return typeof message === 'string' ? message : undefined;
}

/** A value as text: what `String` makes of it, or its content where that would be `[object Object]`. */
export function textOf(value: unknown): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
  const own = asked(() => String(value));
  if (own !== undefined && !own.startsWith('[object ')) return own;
  const content = asked(() => JSON.stringify(value));
  if (content === undefined || content === '{}') return own ?? `something without a text (${typeof value})`;
  return content.slice(0, MOST_CONTENT);
}

/** Characters that are kept of an object which has no text of its own. */
const MOST_CONTENT = 2000;

/** The `code` of a Node or SQLite error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = asked(() => typeof error === 'object' && error !== null && 'code' in error && error.code);
  return typeof code === 'string' ? code : undefined;
}

/** What a value that is not ours answers; undefined when it throws instead: anything can be thrown, a revoked proxy too. */
export function asked<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

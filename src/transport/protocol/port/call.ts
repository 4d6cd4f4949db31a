import type { EspalierError } from '../../../errors.js';
import type { CallContextIds, JobTold, MetricMessage } from '../messages.js';

/** What an attempt of a job asks a person, by a name that outlives it. */
export interface NamedQuestion {
  readonly name: string;
  readonly question: unknown;
  /** Whether the attempt ends when there is no answer yet. */
  readonly suspends: boolean;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Shows it to those who are asked in this host too; the returned function takes it back. */
  show(answer: (value: unknown) => void, refuse: (error: unknown) => void): () => void;
}

/** What a call that is an attempt of a job finds in its host: what it asks there is asked by that job. */
export interface JobOfCall {
  /** What the worker is told before the call. */
  readonly told: JobTold;
  /** Answers a call of the worker by its name, what stands behind `JOB_TOOLS`. @throws what the worker is answered */
  request(name: string, args: unknown, signal: AbortSignal): Promise<unknown>;
  /** Resolves with the answer. @throws what the worker is answered */
  ask(question: NamedQuestion): Promise<unknown>;
  /** Hears each metric of the call. */
  metric(message: MetricMessage): void;
}

/** What is asked of a worker. */
export interface CallRequest {
  readonly method: string;
  readonly args?: unknown;
  /** Milliseconds left until its deadline; told to the worker, not enforced here. */
  readonly deadlineMs?: number | undefined;
  readonly ctx?: CallContextIds | undefined;
  /** Chunks that go to the method while it runs; taken as fast as the method reads them. */
  readonly input?: AsyncIterable<unknown> | Iterable<unknown> | undefined;
  /** Null, or nothing, where the call is no attempt of a job. */
  readonly job?: JobOfCall | null | undefined;
  /** Called when the worker says that the method begins. */
  readonly onStart?: (() => void) | undefined;
  /** Called when the call was cancelled here, for a fault that is its outcome: nobody waits for the worker's answer. */
  readonly onSpoilt?: (() => void) | undefined;
}

/**
 * How far a call had come when its worker's connection ended. `not_started` is proven: it can be sent to another worker.
 * `unknown` must be taken for started.
 */
export type CallState = 'not_started' | 'started' | 'unknown';

/** How a call ended; delivered exactly once. */
export type CallOutcome =
  | { readonly kind: 'result'; readonly value: unknown }
  /** A `RemoteError` of the method, or an `EspalierError` of the wire. */
  | { readonly kind: 'error'; readonly error: Error }
  /** The connection ended first. */
  | { readonly kind: 'lost'; readonly state: CallState; readonly error: EspalierError };

/** A call under way. */
export interface OpenCall {
  readonly id: number;
  /** Asks the worker to stop it. The call stays open until the worker says that it ended. Idempotent. */
  cancel(reason: string): void;
}

/** A call that answers with a stream. Read it to its end, or leave the loop: that cancels it. */
export interface OpenStream extends OpenCall, AsyncIterable<unknown, undefined> {}

/** What is known of a call when the connection ends. */
export interface CallProgress {
  /** Whether it was handed to the connection. */
  readonly written: boolean;
  /** Whether the worker was heard to begin it. */
  readonly started: boolean;
}

/** What is known of the connection's end. */
export interface ConnectionEnd {
  /** Whether everything that the worker wrote was read. */
  readonly readToEnd: boolean;
  /** Whether the worker promised to write `start` before it runs a call. */
  readonly announcesStart: boolean;
}

/** A missing `start` proves something only when the worker always writes it first and all that it wrote was read. */
export function stateAtEnd(call: CallProgress, end: ConnectionEnd): CallState {
  if (call.started) return 'started';
  if (!call.written) return 'not_started';
  return end.readToEnd && end.announcesStart ? 'not_started' : 'unknown';
}

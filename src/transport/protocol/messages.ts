import type { RunId, RunRef } from '../../ids.js';
import type { JobOutcome } from '../../machines/work/job/states.js';

/**
 * Version 1 of the protocol between a host and one of its workers: two closed unions. `docs/worker-protocol.md` says what
 * each message means. Payloads (`a`, `r`, `d`, `value`) are JSON with bytes (`Uint8Array`) in any place.
 */

/** What a call carries along, and every log line and event of it can be found by. */
export interface CallContextIds {
  readonly run?: RunRef | undefined;
  readonly job?: string | undefined;
  readonly attempt?: number | undefined;
  /** The claim that the attempt belongs to: what is said of it under an earlier one is late. */
  readonly epoch?: number | undefined;
  /** The place of a slot in its run. */
  readonly index?: number | undefined;
  /** The job that submitted this one. */
  readonly parent?: string | undefined;
  /** The first of its family. */
  readonly root?: string | undefined;
  /** By when its job has ended, in milliseconds since the epoch. */
  readonly deadline?: number | undefined;
  readonly runId?: RunId | undefined;
  readonly owner?: string | undefined;
  /** The same for every attempt of one piece of work. */
  readonly key?: string | undefined;
  /** The session that the call belongs to. */
  readonly session?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** A host tool or a worker's method, as the other side learns of it. */
export interface MethodDescription {
  readonly name: string;
  readonly description?: string | undefined;
  /** A JSON Schema of the argument. */
  readonly input?: unknown;
  /** Whether it answers with a stream. */
  readonly stream?: boolean | undefined;
}

/** What a host can do for its workers. */
export interface HostCapabilities {
  readonly tools?: readonly MethodDescription[] | undefined;
}

/** What a worker can do. */
interface WorkerCapabilities {
  /** How many calls it runs at once; 1 when left out. */
  readonly concurrency?: number | undefined;
  /** Whether it writes `start` before it runs a call: then a call without `start` has provably not begun. */
  readonly start?: boolean | undefined;
  /** The signal that makes it write a stack dump to stderr. */
  readonly dump?: 'SIGQUIT' | undefined;
}

/** An error as it crosses the wire. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly type?: string | undefined;
  readonly stack?: string | undefined;
  readonly data?: unknown;
  /** Whether the callee knows that the call may be tried again. */
  readonly retryable?: boolean | undefined;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A call, in either direction. Ids rise from 1, for each direction by themselves. */
interface CallMessage {
  readonly t: 'call';
  readonly id: number;
  readonly m: string;
  readonly a?: unknown;
}
type ResultMessage = { readonly t: 'result'; readonly id: number; readonly r?: unknown };
type ErrorMessage = { readonly t: 'error'; readonly id: number } & WireError;
type ChunkMessage = { readonly t: 'chunk'; readonly id: number; readonly seq: number; readonly d?: unknown };
type EndMessage = { readonly t: 'end'; readonly id: number };
type CreditMessage = { readonly t: 'credit'; readonly id: number; readonly n: number };

/** The first message of a host. */
export interface HelloMessage {
  readonly t: 'hello';
  readonly v: readonly number[];
  readonly caps: HostCapabilities;
  /** The path of the worker in its tree. */
  readonly worker: string;
  readonly incarnation: number;
  readonly config?: unknown;
  readonly limits: { readonly maxHeader: number; readonly maxFrame: number; readonly credit: number };
}

/** A call of the host. */
export interface HostCallMessage extends CallMessage {
  /** Milliseconds left until its deadline, when it was sent. */
  readonly dl?: number | undefined;
  readonly ctx?: CallContextIds | undefined;
  /** Whether a stream of the caller follows, as `chunk` and `end`. */
  readonly in?: boolean | undefined;
}

/** What a job came to that an attempt waited for. */
export interface JobEnd {
  readonly id: string;
  readonly state: JobOutcome;
  /** Of a method that succeeded. */
  readonly result?: unknown;
}

/** What an attempt of a job is told of it beside its argument. */
export interface JobTold {
  /** What an earlier attempt kept for later ones; missing if none did. */
  readonly checkpoint?: unknown;
  /** What was answered so far, by the names of the questions. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What the jobs came to that it came after or waited for, in the order of their submission. */
  readonly results: readonly JobEnd[];
}

/** The call of that id, which follows, is an attempt of a job. */
export interface ContextMessage {
  readonly t: 'context';
  readonly id: number;
  readonly d: JobTold;
}

/** What a host says. */
export type HostMessage =
  | HelloMessage
  | ContextMessage
  | HostCallMessage
  | { readonly t: 'cancel'; readonly id: number; readonly reason: string }
  | CreditMessage
  | ChunkMessage
  | EndMessage
  | { readonly t: 'ping'; readonly n: number }
  /** `grace`: milliseconds until it is ended by force. */
  | { readonly t: 'shutdown'; readonly grace: number }
  | ResultMessage
  | ErrorMessage
  | { readonly t: 'answer'; readonly id: number; readonly value?: unknown };

/** The worker serves calls from now on. */
export interface ReadyMessage {
  readonly t: 'ready';
  /** The version it speaks: one of `hello`, or its own when it shares none. */
  readonly v: number;
  readonly caps: WorkerCapabilities;
  readonly methods: readonly MethodDescription[];
  readonly sdk: string;
  readonly pid: number;
}

/** A call of a host tool; `call` names the host's call on whose behalf it is made. */
export interface ToolCallMessage extends CallMessage {
  readonly call?: number | undefined;
}

export interface LogMessage {
  readonly t: 'log';
  readonly lvl: LogLevel;
  readonly msg: string;
  /** The call it belongs to. */
  readonly id?: number | undefined;
}

export interface MetricMessage {
  readonly t: 'metric';
  readonly name: string;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `sum`: so much more was used; `cumulative`: so much so far; `gauge`, or nothing: nothing was used. */
  readonly as?: 'sum' | 'cumulative' | 'gauge' | undefined;
  /** What is used; its name when left out. */
  readonly unit?: string | undefined;
  /** The call it belongs to. */
  readonly id?: number | undefined;
}

/** A question for a person; its `id` is from the same sequence as the worker's calls. */
export interface AskMessage {
  readonly t: 'ask';
  readonly id: number;
  readonly question: unknown;
  readonly call?: number | undefined;
  /** In an attempt of a job: its name within the job, under which the answer is kept. */
  readonly name?: string | undefined;
  /** Whether the attempt ends, and its job waits, while there is no answer. */
  readonly suspend?: boolean | undefined;
}

/** What a worker says about a call of the host. */
export type AnswerMessage =
  /** `also`: further calls that begin at once. */
  | { readonly t: 'start'; readonly id: number; readonly also?: readonly number[] | undefined }
  | ResultMessage
  | ErrorMessage
  | ChunkMessage
  | EndMessage
  | CreditMessage;

/** What a worker wants of its host. */
export type RequestMessage = AskMessage | ToolCallMessage;

/** What a worker says. */
export type WorkerMessage =
  | ReadyMessage
  | { readonly t: 'progress'; readonly msg: string }
  | AnswerMessage
  | { readonly t: 'pong'; readonly n: number; readonly busy: number }
  | LogMessage
  | { readonly t: 'event'; readonly name: string; readonly d?: unknown; readonly id?: number | undefined }
  | MetricMessage
  | RequestMessage
  | { readonly t: 'recycle'; readonly reason: string }
  | { readonly t: 'bye' };

import type { EspalierError } from '../errors.js';
import type { HostCallMessage, LogLevel } from '../transport/protocol/messages.js';
import type { Session } from './session.js';
import { Tools } from './tools.js';

const NO_INPUT: AsyncIterable<unknown> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** The call that a context speaks of, as it stands. */
export interface CurrentCall {
  readonly message: HostCallMessage;
  readonly session: Session;
  readonly signal: AbortSignal;
  readonly cancelled: EspalierError | null;
  /** By `performance.now`; null without one. */
  readonly deadline: number | null;
  /** What the caller streams to it; null when it streams nothing. */
  readonly input: AsyncIterable<unknown> | null;
}

/** What a method is handed for one call. Ids of the work travel in it; nothing is ambient. */
export class CallContext {
  readonly #call: CurrentCall;

  constructor(call: CurrentCall) {
    this.#call = call;
  }

  get id(): number {
    return this.#call.message.id;
  }

  get method(): string {
    return this.#call.message.m;
  }

  get run(): string | undefined {
    return this.#call.message.ctx?.run;
  }

  get job(): string | undefined {
    return this.#call.message.ctx?.job;
  }

  get attempt(): number | undefined {
    return this.#call.message.ctx?.attempt;
  }

  get runId(): string | undefined {
    return this.#call.message.ctx?.runId;
  }

  get owner(): string | undefined {
    return this.#call.message.ctx?.owner;
  }

  /** The same for every attempt of one piece of work: what was done under it need not be done again. */
  get key(): string | undefined {
    return this.#call.message.ctx?.key;
  }

  /** The session that the caller named: calls of one go to one worker, as strictly as its pool says. */
  get session(): string | undefined {
    return this.#call.message.ctx?.session;
  }

  get traceparent(): string | undefined {
    return this.#call.message.ctx?.traceparent;
  }

  /** Fires when the host cancels the call; its reason is an `EspalierError` `ESP_ABORTED`. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** Why the call was cancelled; null while it was not. */
  get cancelled(): EspalierError | null {
    return this.#call.cancelled;
  }

  /** Milliseconds until the deadline, never below 0; null without one. */
  get remainingMs(): number | null {
    const { deadline } = this.#call;
    return deadline === null ? null : Math.max(0, deadline - performance.now());
  }

  /** What the caller streams to this call; empty when it streams nothing. */
  get input(): AsyncIterable<unknown> {
    return this.#call.input ?? NO_INPUT;
  }

  get tools(): Tools {
    const { session } = this.#call;
    return new Tools(session.requests, () => session.tools, this.id);
  }

  /** Asks a person, through the host. */
  ask(question: unknown): Promise<unknown> {
    return this.#call.session.requests.ask(question, this.id);
  }

  /** A line in the host's log, attributed to this call. */
  log(message: string, level: LogLevel = 'info'): void {
    this.#call.session.tell({ t: 'log', lvl: level, msg: message, id: this.id });
  }

  /** An event in the host, attributed to this call. */
  event(name: string, data?: unknown): void {
    this.#call.session.tell({ t: 'event', name, d: data, id: this.id });
  }
}

import { asked, EspalierError, isError, messageOf } from '../errors.js';
import { ChunkReceiver } from '../transport/protocol/chunk-receiver.js';
import { ChunkSender } from '../transport/protocol/chunk-sender.js';
import type { HostCallMessage, JobTold } from '../transport/protocol/messages.js';
import { toWireError } from '../transport/protocol/remote-error.js';
import { CallContext, type CurrentCall } from './context.js';
import type { Method } from './methods.js';
import { Progress } from './progress.js';
import type { Session } from './session.js';

/** One call in this worker, from its arrival to its one answer. */
export class Execution implements CurrentCall {
  readonly message: HostCallMessage;
  /** What its job is told; null where it is no attempt of one. */
  readonly told: JobTold | null;
  readonly session: Session;
  heldMs = 0;
  /** By `performance.now`; null without one. */
  readonly deadline: number | null;
  /** When it began, by `performance.now`; null before. */
  startedAt: number | null = null;
  /** What the caller streams to it; null when it streams nothing. */
  readonly input: ChunkReceiver | null;
  readonly #output: ChunkSender;
  readonly #ended: (execution: Execution) => void;
  #controller: AbortController | null = null;
  #cancelled: EspalierError | null = null;
  #progress: Progress | null = null;

  constructor(message: HostCallMessage, told: JobTold | null, session: Session, ended: (execution: Execution) => void) {
    const { id } = message;
    this.message = message;
    this.told = told;
    this.session = session;
    this.#ended = ended;
    this.deadline = message.dl === undefined ? null : performance.now() + message.dl;
    this.input = message.in === true ? this.#receive() : null;
    this.#output = new ChunkSender(session.limits.credit, {
      send: (seq, d) => session.send({ t: 'chunk', id, seq, d }),
      room: () => session.written(),
    });
  }

  get cancelled(): EspalierError | null {
    return this.#cancelled;
  }

  get progress(): Progress {
    const { session, message } = this;
    this.#progress ??= new Progress(
      (told) => session.requests.call('job:progress', told, message.id),
      (error) => this.#untold(error),
    );
    return this.#progress;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cancelled !== null) this.#controller.abort(this.#cancelled);
    return this.#controller.signal;
  }

  cancel(reason: string): void {
    if (this.#cancelled !== null) return;
    this.#cancelled = new EspalierError('ESP_ABORTED', reason);
    this.#controller?.abort(this.#cancelled);
    this.input?.finish({ error: this.#cancelled });
    this.session.requests.abandon(this.message.id, this.#cancelled);
    this.#output.stop();
    if (this.startedAt === null) this.fail(this.#cancelled);
  }

  credit(n: number): void {
    this.#output.credit(n);
  }

  /** Runs the method; the answer is sent whenever it comes. `start` was written before. */
  run(method: Method): void {
    try {
      const answer = method.run(new CallContext(this), this.message.a);
      if (isStream(answer)) void this.#pump(answer);
      else if (isPromise(answer)) void this.#settle(answer);
      else this.#succeed(answer);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#end(() => {
      const seen = this.#cancelled !== null && isAbort(error) ? this.#cancelled : error;
      this.session.send({ t: 'error', id: this.message.id, ...toWireError(seen) });
    });
  }

  async #settle(promise: PromiseLike<unknown>): Promise<void> {
    try {
      const answer = await promise;
      if (isStream(answer)) await this.#pump(answer);
      else this.#succeed(answer);
    } catch (error) {
      this.fail(error);
    }
  }

  async #pump(source: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
    try {
      const how = await this.#output.pump(source);
      if (how === 'stopped') this.fail(this.#cancelled);
      else this.#end(() => this.session.send({ t: 'end', id: this.message.id }));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Throws what keeps the result from being sent. */
  #succeed(r: unknown): void {
    this.#end(() => this.session.send({ t: 'result', id: this.message.id, r }));
  }

  #end(answer: () => void): void {
    this.#progress?.flush();
    answer();
    this.#ended(this);
  }

  /** Nobody waits for it. What a call that was given up told of itself is of no use any more. */
  #untold(error: unknown): void {
    if (this.#cancelled !== null) return;
    this.session.tell({
      t: 'log',
      lvl: 'warn',
      msg: `progress was not kept: ${messageOf(error)}`,
      id: this.message.id,
    });
  }

  #receive(): ChunkReceiver {
    const { session } = this;
    const { id } = this.message;
    return new ChunkReceiver(session.limits.credit, {
      credit: (n) => session.send({ t: 'credit', id, n }),
      // The caller goes on until its credit is spent, then waits for the end of the call.
      abandoned: () => undefined,
    });
  }
}

/** A generator or an async iterable; arrays and strings are results. */
function isStream(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return asked(() => Symbol.asyncIterator in value || (Symbol.iterator in value && 'next' in value)) ?? false;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return asked(() => 'then' in value && typeof value.then === 'function') ?? false;
}

function isAbort(error: unknown): boolean {
  return isError(error) && asked(() => error.name) === 'AbortError';
}

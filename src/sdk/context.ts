import { EspalierError } from '../errors.js';
import type { JobEnd, LogLevel } from '../transport/protocol/messages.js';
import type { ChildSpec, SubmittedChild } from './child-spec.js';
import { type AskOptions, type JobCall, OwnJob } from './own-job.js';
import { Tools } from './tools.js';

const NO_INPUT: AsyncIterable<unknown> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

/** The call that a context speaks of, as it stands. */
export interface CurrentCall extends JobCall {
  readonly signal: AbortSignal;
  readonly cancelled: EspalierError | null;
  /** By `performance.now`; null without one. */
  readonly deadline: number | null;
  /** What the caller streams to it; null when it streams nothing. */
  readonly input: AsyncIterable<unknown> | null;
}

/** What a number says of what is used. */
export interface MetricOptions {
  /** `sum`: so much more; `cumulative`: so much so far; `gauge` (default): nothing is used, it is looked at. */
  readonly as?: 'sum' | 'cumulative' | 'gauge';
  /** What is used, such as `usd`: budgets of jobs are in it. The name by default. */
  readonly unit?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a method is handed for one call. Ids of the work travel in it; nothing is ambient. */
export class CallContext {
  readonly #call: CurrentCall;
  readonly #job: OwnJob;

  constructor(call: CurrentCall) {
    this.#call = call;
    this.#job = new OwnJob(call);
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

  /** The claim that the attempt belongs to. */
  get epoch(): number | undefined {
    return this.#call.message.ctx?.epoch;
  }

  /** The place of a slot in its run. */
  get index(): number | undefined {
    return this.#call.message.ctx?.index;
  }

  /** The job that submitted this one. */
  get parent(): string | undefined {
    return this.#call.message.ctx?.parent;
  }

  /** The first job of its family. */
  get root(): string | undefined {
    return this.#call.message.ctx?.root;
  }

  /** By when its job has ended, with all its attempts, in milliseconds since the epoch. */
  get deadline(): number | undefined {
    return this.#call.message.ctx?.deadline;
  }

  get runId(): string | undefined {
    return this.#call.message.ctx?.runId;
  }

  get owner(): string | undefined {
    return this.#call.message.ctx?.owner;
  }

  /**
   * The same for every attempt of one piece of work, so that what was done under it need not be done again: the key of its job,
   * or the job's id where it has none. A key that is free again once its job has ended is also that of the next job that takes it.
   */
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

  /** Milliseconds that are left to the call, never below 0; null without a limit. They stand still while a person is asked. */
  get remainingMs(): number | null {
    const { deadline, heldMs } = this.#call;
    if (deadline === null) return null;
    const left = deadline + heldMs - performance.now();
    return Math.max(0, Math.min(left, (this.deadline ?? Number.POSITIVE_INFINITY) - Date.now()));
  }

  /** What the jobs came to that it came after, or waited for, in the order of their submission. */
  get results(): readonly JobEnd[] {
    return this.#call.told?.results ?? [];
  }

  /** What people answered so far, by the ids of the questions. */
  get answers(): Readonly<Record<string, unknown>> {
    return this.#call.told?.answers ?? {};
  }

  /** What an earlier attempt kept with `checkpoint`; undefined if none did. */
  get lastCheckpoint(): unknown {
    return this.#call.told?.checkpoint;
  }

  /** What the caller streams to this call; empty when it streams nothing. */
  get input(): AsyncIterable<unknown> {
    return this.#call.input ?? NO_INPUT;
  }

  get tools(): Tools {
    const { session } = this.#call;
    return new Tools(session.requests, () => session.tools, this.id);
  }

  /**
   * Asks a person. In a job the question has an `id` and outlives this process: answered by now, from any process, it resolves at
   * once; else this attempt waits in its place, or ends (`suspend`), and its job is called again with the answer.
   *
   * @throws Suspension when the attempt ends here; EspalierError `ESP_INVALID`; RemoteError
   */
  async ask(question: unknown, options: AskOptions = {}): Promise<unknown> {
    const { told, session } = this.#call;
    const isOfJob = told !== null || options.suspend === true;
    return await (isOfJob ? this.#job.ask(question, options) : session.requests.ask(question, this.id));
  }

  /**
   * Keeps a JSON value for the attempts that come after this one, the last one of each job. Resolves once it is durable.
   *
   * @throws EspalierError `ESP_INVALID` outside of a job; RemoteError, such as `ESP_PAYLOAD`
   * @example
   * for (let row = Number(ctx.lastCheckpoint ?? 0); row < rows; row += 1) await ctx.checkpoint(row);
   */
  checkpoint(value: unknown): Promise<void> {
    return this.#job.checkpoint(value);
  }

  /** Says how far its job has come. The last of many is told; nobody waits for it. @throws EspalierError `ESP_INVALID` outside of a job */
  progress({ done, total = null, note = null }: { done: number; total?: number | null; note?: string | null }): void {
    this.#job.progress(done, total, note);
  }

  /**
   * Submits jobs below this one, all or none. Resolves once they are durable, with their ids.
   *
   * @throws EspalierError `ESP_INVALID` outside of a job; RemoteError, such as `ESP_KEY_CONFLICT`
   */
  submit(spec: ChildSpec): Promise<SubmittedChild>;
  submit(specs: readonly ChildSpec[]): Promise<readonly SubmittedChild[]>;
  async submit(specs: ChildSpec | readonly ChildSpec[]): Promise<SubmittedChild | readonly SubmittedChild[]> {
    if (isList(specs)) return await this.#job.submit(specs);
    const [child] = await this.#job.submit([specs]);
    if (child === undefined) throw new EspalierError('ESP_PROTOCOL', 'a job was submitted and not answered');
    return child;
  }

  /**
   * Resolves with what these jobs came to, in this order, if all have ended. Otherwise the attempt ends here, its place is free,
   * and the method is called again when they have: then `results` has them, and this resolves.
   *
   * @throws Suspension, which is to be let pass; EspalierError `ESP_INVALID` outside of a job; RemoteError, such as `ESP_CONFLICT`
   * @example
   * const [left, right] = await ctx.waitFor(await ctx.submit(halves));
   */
  waitFor(jobs: readonly (string | { readonly id: string })[]): Promise<readonly JobEnd[]> {
    return this.#job.waitFor(jobs);
  }

  /**
   * A number for whoever observes the pool, and, with `as: 'sum'` or `'cumulative'` in a job, for the job's budget.
   *
   * @throws EspalierError `ESP_INVALID` for what is no finite number, and for use below 0
   * @example
   * ctx.metric('completion', 0.0123, { as: 'sum', unit: 'usd' });
   */
  metric(name: string, value: number, { as, unit, labels }: MetricOptions = {}): void {
    const isUsed = as === 'sum' || as === 'cumulative';
    if (isUsed && value < 0)
      throw new EspalierError('ESP_INVALID', `${name} is ${value}: what is used is never below 0`);
    const { session } = this.#call;
    const message = { t: 'metric', name, value, labels, as, unit, id: this.id } as const;
    if (isUsed) session.send(message);
    else session.tell(message);
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

function isList(specs: ChildSpec | readonly ChildSpec[]): specs is readonly ChildSpec[] {
  return Array.isArray(specs);
}

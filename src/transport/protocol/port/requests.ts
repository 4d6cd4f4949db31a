import { EspalierError } from '../../../errors.js';
import { TransientMap } from '../../../transient-map.js';
import { JOB_TOOLS } from '../job-names.js';
import type { AskMessage, CallContextIds, RequestMessage, ToolCallMessage } from '../messages.js';
import { toWireError } from '../remote-error.js';
import type { NamedQuestion } from './call.js';
import type { Calls } from './calls.js';
import type { Link } from './link.js';

/** On whose behalf a worker asks. */
interface Origin {
  /** The host's call; null when the worker asks for itself. */
  readonly call: number | null;
  /** What that call carries along. */
  readonly ctx: CallContextIds | null;
  /** Fires when that call, or the connection, is over: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A worker calls a host tool. */
export interface ToolRequest extends Origin {
  readonly name: string;
  readonly args: unknown;
}

/** A worker asks a person. */
export interface Question extends Origin {
  readonly id: number;
  readonly question: unknown;
  /** Once; later answers are dropped. @throws EspalierError `ESP_INVALID` when the answer does not fit a frame */
  answer(value: unknown): void;
  refuse(error: unknown): void;
}

/** Runs a host tool; what it throws goes to the worker. */
export type ToolRunner = (request: ToolRequest) => unknown;

/** What a worker asked of its host and has not been answered. */
export class Requests {
  readonly #open = new TransientMap<number, { readonly controller: AbortController; readonly call: number | null }>();
  readonly #link: Link;
  readonly #calls: Calls;
  readonly #run: ToolRunner | undefined;

  constructor(link: Link, calls: Calls, run: ToolRunner | undefined) {
    this.#link = link;
    this.#calls = calls;
    this.#run = run;
  }

  /** Runs a host tool, or does what a call wants of its job; answers in words what the worker did wrong. */
  call(message: ToolCallMessage): string | null {
    const { id, m: name, a: args } = message;
    const origin = this.#admit(message);
    if (typeof origin === 'string' || origin === null) return origin;
    const done = name.startsWith(JOB_TOOLS) ? this.#ofJob(name, args, origin) : this.#tool(name, args, origin);
    done
      .then((r) => this.#close(id, () => this.#link.send({ t: 'result', id, r })))
      .catch((error: unknown) => this.#fail(id, error));
    return null;
  }

  /** Hands a question to `events`, or to the job of its call; answers in words what the worker did wrong. */
  ask(message: AskMessage, events: { ask(question: Question): void }): string | null {
    const { id, question, call, name, suspend: suspends = false } = message;
    const origin = this.#admit(message);
    if (typeof origin === 'string' || origin === null) return origin;
    const answer = (value: unknown) => this.#close(id, () => this.#link.send({ t: 'answer', id, value }));
    const job = this.#calls.jobOf(call);
    if (job === null || name === undefined) {
      events.ask({ id, question, ...origin, answer, refuse: (error) => this.#fail(id, error) });
      return null;
    }
    const show = shower((shown) => events.ask({ id, question, ...origin, ...shown }), origin.signal);
    job
      .ask({ name, question, suspends, signal: origin.signal, show })
      .then(answer)
      .catch((error: unknown) => this.#fail(id, error));
    return null;
  }

  /** The job is looked up at once: the call's own end may stand right behind, in the same read. */
  async #ofJob(name: string, args: unknown, { call, signal }: Origin): Promise<unknown> {
    const job = this.#calls.jobOf(call ?? undefined);
    if (job === null) throw new EspalierError('ESP_INVALID', `${name} needs a job: the call is no attempt of one`);
    return await job.request(name.slice(JOB_TOOLS.length), args, signal);
  }

  async #tool(name: string, args: unknown, origin: Origin): Promise<unknown> {
    const run = this.#run;
    if (run === undefined) throw new EspalierError('ESP_NOT_FOUND', `no host tool "${name}"`);
    return await run({ name, args, ...origin });
  }

  /** Nobody waits any more for what was asked on behalf of that call; it is answered all the same. */
  callEnded(id: number): void {
    this.#abort((call) => call === id);
  }

  endAll(): void {
    this.#abort(() => true);
    this.#open.clear();
  }

  /** Null when the request was refused. */
  #admit({ id, call }: RequestMessage): Origin | string | null {
    const { maxRequests } = this.#link.limits;
    if (this.#open.has(id)) return `request ${id} is open already`;
    if (this.#open.size >= maxRequests) {
      const full = new EspalierError('ESP_QUEUE_FULL', `${maxRequests} calls and questions are unanswered`);
      this.#link.send({ t: 'error', id, ...toWireError(full) });
      return null;
    }
    const controller = new AbortController();
    this.#open.set(id, { controller, call: call ?? null });
    return { call: call ?? null, ctx: this.#calls.contextOf(call), signal: controller.signal };
  }

  #fail(id: number, error: unknown): void {
    this.#close(id, () => this.#link.send({ t: 'error', id, ...toWireError(error) }));
  }

  #close(id: number, answer: () => void): void {
    if (!this.#open.has(id)) return;
    answer();
    this.#open.delete(id);
  }

  #abort(which: (call: number | null) => boolean): void {
    for (const { controller, call } of this.#open.values()) if (which(call)) controller.abort();
  }
}

/** Shows a question until it is taken back, or nobody waits for it. */
function shower(
  ask: (shown: Pick<Question, 'signal' | 'answer' | 'refuse'>) => void,
  signal: AbortSignal,
): NamedQuestion['show'] {
  return (answer, refuse) => {
    const shown = new AbortController();
    ask({ signal: AbortSignal.any([signal, shown.signal]), answer, refuse });
    return () => shown.abort();
  };
}

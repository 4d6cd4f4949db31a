import { EspalierError } from '../errors.js';
import { isRecord } from '../transport/protocol/frames.js';
import { JOB_TOOLS, SUSPENDED } from '../transport/protocol/job-names.js';
import type { HostCallMessage, JobEnd, JobTold } from '../transport/protocol/messages.js';
import { RemoteError } from '../transport/protocol/remote-error.js';
import { type ChildSpec, type SubmittedChild, sentSpec } from './child-spec.js';
import { isEnd } from './host-message.js';
import type { Progress } from './progress.js';
import type { Session } from './session.js';
import { noJob, Suspension } from './suspension.js';

/** The call that is, or is not, an attempt of a job. */
export interface JobCall {
  readonly message: HostCallMessage;
  readonly session: Session;
  /** Null where it is none. */
  readonly told: JobTold | null;
  readonly progress: Progress;
  /** How long it has waited for a person, in milliseconds: its time stood still. */
  heldMs: number;
}

/** How a method asks a person. */
export interface AskOptions {
  /** Names the question within its job, for every attempt: needed in a job, and nowhere else. */
  readonly id?: string;
  /** Whether the attempt ends, and its job waits without a place, while there is no answer. */
  readonly suspend?: boolean;
}

/** What a method does as an attempt of a job. Each throws `ESP_INVALID` where it is none. */
export class OwnJob {
  constructor(readonly call: JobCall) {}

  async checkpoint(value: unknown): Promise<void> {
    await this.#request('checkpoint', { value });
  }

  progress(done: number, total: number | null, note: string | null): void {
    this.#told('progress');
    const numbers = total === null ? [done] : [done, total];
    if (!numbers.every(Number.isFinite)) throw new EspalierError('ESP_INVALID', 'progress: done and total are numbers');
    this.call.progress.tell({ done, total, note });
  }

  async submit(specs: readonly ChildSpec[]): Promise<readonly SubmittedChild[]> {
    const answer = await this.#request('submit', { jobs: specs.map(sentSpec) });
    if (Array.isArray(answer) && answer.every(isSubmitted)) return answer;
    throw unread('submit');
  }

  async waitFor(jobs: readonly (string | { readonly id: string })[]): Promise<readonly JobEnd[]> {
    const ids = jobs.map((job) => (typeof job === 'string' ? job : job.id));
    const { results } = this.#told('waitFor');
    const known = ids.flatMap((id) => results.find((end) => end.id === id) ?? []);
    if (known.length === ids.length) return known;
    const answer = await this.#request('wait', { jobs: ids });
    if (!isRecord(answer)) throw unread('wait');
    if (answer.suspended === true)
      throw new Suspension(`the attempt ends here, and its job waits for ${ids.join(', ')}`);
    if (Array.isArray(answer.results) && answer.results.every(isEnd)) return answer.results;
    throw unread('wait');
  }

  async ask(question: unknown, { id, suspend = false }: AskOptions): Promise<unknown> {
    const { answers } = this.#told('ask with suspend');
    if (id === undefined)
      throw new EspalierError('ESP_INVALID', 'ask: in a job a question needs an id, which outlives it');
    if (Object.hasOwn(answers, id)) return answers[id];
    const { session, message } = this.call;
    const since = performance.now();
    try {
      return await session.requests.ask(question, message.id, { name: id, suspend });
    } catch (error) {
      if (!(error instanceof RemoteError) || error.code !== SUSPENDED) throw error;
      throw new Suspension(error.message);
    } finally {
      this.call.heldMs += performance.now() - since;
    }
  }

  #told(what: string): JobTold {
    const { told, message } = this.call;
    if (told !== null) return told;
    throw noJob(what, message.ctx?.run);
  }

  #request(name: 'checkpoint' | 'submit' | 'wait', args: unknown): Promise<unknown> {
    this.#told(name === 'wait' ? 'waitFor' : name);
    const { session, message } = this.call;
    return session.requests.call(`${JOB_TOOLS}${name}`, args, message.id);
  }
}

function isSubmitted(value: unknown): value is SubmittedChild {
  return isRecord(value) && typeof value.id === 'string' && typeof value.existing === 'boolean';
}

function unread(name: string): EspalierError {
  return new EspalierError('ESP_PROTOCOL', `what the host answered to job:${name} does not fit the protocol`);
}

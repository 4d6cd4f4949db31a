import { EspalierError } from '../../errors.js';
import type { JobId } from '../../machines/ids/job-id.js';
import { isEnded, type JobState } from '../../machines/work/job/states.js';
import { signal as abortSignal, checkArgument, checkOptions, fields } from '../../options.js';
import type { JobRecord, JobStory, KeptOutput, Store } from '../../persistence/store.js';
import { questionId } from './question-id.js';

export interface JobWaitOptions {
  /** Ends the waiting; the job goes on. */
  readonly signal?: AbortSignal;
}

const waitRule = fields<JobWaitOptions>({ signal: abortSignal });

/**
 * A durable unit of work, from wherever it was submitted. What it says is read from the store, so that any process that has one
 * sees the same.
 *
 * @example
 * const job = await system.jobs.submit({ queue: 'embed', method: 'embed', args: { text: 'hello' }, key: 'doc-17' });
 * const vector = await job.result();
 */
export class Job {
  readonly #store: Pick<Store, 'jobs' | 'journal' | 'outputs'>;

  /** @param existing whether a job of its key was there already when it was submitted */
  constructor(
    store: Pick<Store, 'jobs' | 'journal' | 'outputs'>,
    readonly id: JobId,
    readonly existing: boolean,
  ) {
    this.#store = store;
  }

  /** How it stands. @throws EspalierError `ESP_NOT_FOUND` when it has left the store */
  async record(): Promise<JobRecord> {
    return found(this.id, await this.#store.jobs.get(this.id));
  }

  async state(): Promise<JobState> {
    return (await this.record()).state;
  }

  /** All there is to tell: what it was given, every attempt, what it waited for, and what it came to. */
  async story(): Promise<JobStory> {
    return found(this.id, await this.#store.jobs.story(this.id));
  }

  async attempts(): Promise<JobStory['executions']> {
    return (await this.story()).executions;
  }

  /** What an attempt wrote to its streams: the newest one if none is named; null when none has run. */
  output(attempt?: number): Promise<KeptOutput | null> {
    return this.#store.outputs.readJob(this.id, attempt);
  }

  /** What was asked about it, in order, with the answers that are there. */
  async questions(): Promise<JobStory['questions']> {
    return (await this.story()).questions;
  }

  /** How far it has come, as an attempt of it said last; null when none did. */
  async progress(): Promise<JobStory['progress']> {
    return (await this.story()).progress;
  }

  /**
   * Asks a person something about it, from beside its attempts, none of which ends for that. The same question again changes
   * nothing.
   *
   * @param question any JSON value
   * @throws EspalierError `ESP_CONFLICT` for another question of that id, and for a job that has ended
   */
  async ask(id: string, question: unknown): Promise<void> {
    checkArgument('id', id, questionId);
    await this.#store.jobs.ask({ jobId: this.id, id, question, attempt: null, suspends: false });
  }

  /**
   * Resolves with the answer to a question once it is there, also to one that nobody has asked yet.
   *
   * @throws what fired the signal; EspalierError `ESP_CONFLICT` when the job ends without it
   */
  async answerTo(question: string, options: JobWaitOptions = {}): Promise<unknown> {
    checkOptions('answerTo', options, waitRule);
    const { signal } = options;
    using watch = this.#store.journal.watch({ job: this.id }, ['question.answered', 'job.ended']);
    for (;;) {
      signal?.throwIfAborted();
      const { questions, state } = await this.story();
      const found = questions.find(({ id }) => id === question);
      if (found !== undefined && 'answer' in found) return found.answer;
      if (isEnded(state)) {
        const message = `job ${this.id} is ${state}, and question ${JSON.stringify(question)} has no answer`;
        throw new EspalierError('ESP_CONFLICT', message, { context: { job: this.id, state, question } });
      }
      await watch.next(signal);
    }
  }

  /** Resolves with its record once it has ended, however. @throws what fired the signal */
  async wait(options: JobWaitOptions = {}): Promise<JobRecord> {
    checkOptions('wait', options, waitRule);
    return await this.#ended(() => this.record(), options);
  }

  /**
   * Resolves with the answer of its method once it has succeeded; for programs with null, whose words `output()` gives.
   *
   * @throws EspalierError `ESP_JOB_FAILED` when it did not succeed: `context.state` says how it ended, `context.error` with what
   */
  async result(options: JobWaitOptions = {}): Promise<unknown> {
    checkOptions('result', options, waitRule);
    const look = async () => found(this.id, await this.#store.jobs.result(this.id));
    const { state, error, result } = await this.#ended(look, options);
    if (state === 'succeeded') return result;
    const why = error === null ? '' : `: ${error.message}`;
    throw new EspalierError('ESP_JOB_FAILED', `job ${this.id} is ${state}${why}`, {
      context: { job: this.id, state, error },
    });
  }

  /** What a look finds once the job has ended. */
  async #ended<T extends Pick<JobRecord, 'state'>>(look: () => Promise<T>, { signal }: JobWaitOptions): Promise<T> {
    // Whoever looks after he has begun to wait misses nothing.
    using watch = this.#store.journal.watch({ job: this.id }, ['job.ended']);
    for (;;) {
      signal?.throwIfAborted();
      const seen = await look();
      if (isEnded(seen.state)) return seen;
      await watch.next(signal);
    }
  }

  /**
   * Asks for its end, in whatever state it is; what runs of it is ended first, and only then it is `cancelled`. False when it
   * had ended before.
   */
  async cancel(reason?: string): Promise<boolean> {
    return (await this.#store.jobs.cancel(this.id, reason ?? null)) !== 'over';
  }
}

function found<T>(id: JobId, record: T | null): T {
  if (record !== null) return record;
  throw new EspalierError('ESP_NOT_FOUND', `job ${id} is not in the store`, { context: { job: id } });
}

import { EspalierError } from '../../errors.js';
import { type AttemptRef, parseJobId } from '../../machines/ids/job-id.js';
import { checkArgument } from '../../options.js';
import type { AttemptNote, JobContext, Store } from '../../persistence/store.js';
import { Job } from './job.js';
import { questionId } from './question-id.js';

/**
 * The attempt of a job that a program is, from within. What it asks and waits for counts once it has ended: with exit code 0, or
 * 75, its job waits then, and the next attempt finds what came of it in `context()`.
 */
export class OwnAttempt {
  readonly #store: Pick<Store, 'jobs' | 'journal' | 'outputs'>;
  readonly #attempt: AttemptRef;
  readonly job: Job;

  constructor(store: Pick<Store, 'jobs' | 'journal' | 'outputs'>, attempt: AttemptRef) {
    this.#store = store;
    this.#attempt = attempt;
    this.job = new Job(store, attempt.jobId, true);
  }

  /** What it is told of its job: answers, results, the checkpoint of an attempt before. As it is now. */
  async context(): Promise<JobContext> {
    const found = await this.#store.jobs.context(this.job.id);
    if (found !== null) return found;
    throw new EspalierError('ESP_NOT_FOUND', `job ${this.job.id} is not in the store`, {
      context: { job: this.job.id },
    });
  }

  /**
   * Asks a person. Answers with the answer if it is there; otherwise the job waits for it as soon as this attempt has ended, or,
   * with `suspends: false`, this attempt goes on, and may wait itself: `job.answerTo(id)`.
   *
   * @param question any JSON value; the same id with another question is refused
   * @throws EspalierError `ESP_CONFLICT`
   * @example
   * import { EXIT_WAITS, openAttempt } from 'espalier';
   * await using attempt = await openAttempt();
   * const asked = await attempt.ask('deploy', 'May I deploy?');
   * process.exitCode = asked.answered ? 0 : EXIT_WAITS;
   */
  async ask(
    id: string,
    question: unknown,
    { suspends = true }: { readonly suspends?: boolean } = {},
  ): Promise<{ readonly answered: false } | { readonly answered: true; readonly answer: unknown }> {
    checkArgument('id', id, questionId);
    const { jobId, attempt } = this.#attempt;
    const became = await this.#store.jobs.ask({ jobId, id, question, attempt, suspends });
    return became === 'asked' ? { answered: false } : { answered: true, answer: await this.job.answerTo(id) };
  }

  /** Keeps progress, or a checkpoint for the attempts that come after it. @throws EspalierError `ESP_FENCED` when it is over */
  async note(note: AttemptNote): Promise<void> {
    const became = await this.#store.jobs.note(null, this.#attempt, note);
    if (became === 'recorded') return;
    const { jobId, attempt } = this.#attempt;
    throw new EspalierError('ESP_FENCED', `attempt ${attempt} of job ${jobId} is over: it notes nothing any more`);
  }

  /**
   * Its job waits for these, as soon as this attempt has ended, and holds no place meanwhile. False when all of them have ended,
   * so that there is nothing to wait for: `context().results` tells what they came to.
   *
   * @throws EspalierError `ESP_CONFLICT` for what could never end before this job does
   */
  async waitFor(jobs: readonly (string | { readonly id: string })[]): Promise<boolean> {
    const { jobId, attempt } = this.#attempt;
    const ids = jobs.map((job) => parseJobId(typeof job === 'string' ? job : job.id));
    return (await this.#store.jobs.waitFor({ jobId, attempt, jobs: ids })) === 'noted';
  }
}

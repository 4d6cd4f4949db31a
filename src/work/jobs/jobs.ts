import { z } from 'zod';
import { parseJobId } from '../../machines/ids/job-id.js';
import type { Amounts } from '../../machines/work/job/policy.js';
import { JOB_STATES, type JobState } from '../../machines/work/job/states.js';
import { checkArgument, checkOptions, fields, kind, text, whole } from '../../options.js';
import type { JobQuery, JobRecord, Store } from '../../persistence/store.js';
import { amountsRule } from './cost.js';
import { Job } from './job.js';
import { type CancelledJob, cancelJobs, type RetriedJob, retryJobs } from './many.js';
import { questionId } from './question-id.js';
import type { JobSpec, SpecContext } from './spec.js';
import { submitSpecs } from './submit.js';

/** Which jobs: those that fit all of these. */
export interface JobFilter {
  readonly state?: JobState | readonly JobState[];
  readonly queue?: string;
  readonly key?: string;
  readonly parent?: string;
  /** Entries at the top of its meta: `{ tenant: 'x' }`. A number or a boolean is found by its text too. */
  readonly meta?: Readonly<Record<string, string | number | boolean>>;
}

export interface ListJobsOptions extends JobFilter {
  /** Only jobs submitted before this one: the last of the page before. */
  readonly before?: string;
  /** At most so many; 100 by default. */
  readonly limit?: number;
}

const state = kind(`one of ${JOB_STATES.join(', ')}, or a list of these`, (value) =>
  (Array.isArray(value) ? value : [value]).every((one) => JOB_STATES.some((known) => known === one)),
);
const metaEntries = kind(
  'an object of texts, numbers and booleans',
  (value) => z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).safeParse(value).success,
);
const listRule = fields<ListJobsOptions>({
  state,
  queue: text,
  key: text,
  parent: text,
  meta: metaEntries,
  before: text,
  limit: whole(1, 10_000),
});

export interface JobsServices extends SpecContext {
  readonly store: Pick<Store, 'jobs' | 'journal' | 'outputs'>;
  /** @throws EspalierError `ESP_STOPPED` */
  requireRunning(): void;
}

/** Durable jobs: submitted is done, once, whatever dies. See `docs/jobs.md`. */
export class Jobs {
  readonly #services: () => JobsServices;

  /** @param services as they are at each call: the clock is among them */
  constructor(services: () => JobsServices) {
    this.#services = services;
  }

  /**
   * Submits a job. Resolves once it is durable; it starts as soon as a host that serves its queue has room.
   *
   * @throws EspalierError `ESP_INVALID` naming what does not fit; `ESP_KEY_CONFLICT` when its key belongs to a job that does
   * something else; `ESP_NOT_FOUND` for a job that it waits for; `ESP_CONFLICT` below a job that has ended
   */
  async submit(spec: JobSpec): Promise<Job> {
    const [job] = await this.submitMany([spec]);
    if (job === undefined) throw new Error('a job was submitted and not answered');
    return job;
  }

  /** Submits jobs in one transaction, all or none. One may name others of the same call by their `ref`. */
  async submitMany(specs: readonly JobSpec[]): Promise<readonly Job[]> {
    const services = this.#running();
    checkArgument('specs', specs, kind('a list of jobs', Array.isArray));
    const { store } = services;
    const submitted = await submitSpecs(store.jobs, specs, services);
    return submitted.map(({ jobId, existing }) => new Job(store, jobId, existing));
  }

  /** The job of an id, whether there is one or not. @throws EspalierError `ESP_INVALID` for a text that is no id */
  get(id: string): Job {
    return new Job(this.#running().store, parseJobId(id), true);
  }

  /** Jobs, the newest first. */
  async list(options: ListJobsOptions = {}): Promise<readonly JobRecord[]> {
    const { store, queue } = this.#running();
    checkOptions('jobs.list', options, listRule);
    return await store.jobs.list(queryOf(options, queue));
  }

  /**
   * Asks for the end of one job, or of all that fit a filter and have not ended. Resolves with how many that were.
   *
   * @throws EspalierError `ESP_NOT_FOUND`
   */
  async cancel(which: string | JobFilter, reason: string | null = null): Promise<number> {
    if (typeof which === 'string') {
      return (await this.#running().store.jobs.cancel(parseJobId(which), reason)) === 'over' ? 0 : 1;
    }
    let cancelled = 0;
    for await (const { became } of this.cancelEach(which, reason)) if (became !== 'over') cancelled += 1;
    return cancelled;
  }

  /** The same of all that fit a filter, telling of each what became of it. What is not read from asks for nothing more. */
  async *cancelEach(filter: JobFilter, reason: string | null = null): AsyncGenerator<CancelledJob, void, undefined> {
    yield* cancelJobs(this.#running().store.jobs, this.#fitting(filter), reason);
  }

  /**
   * Submits a job that has ended anew: the same work under another id, whose `retryOf` it is. Its key stands for the new job;
   * `existing` when another one has that key by now.
   *
   * @throws EspalierError `ESP_NOT_FOUND`, `ESP_CONFLICT` for a job that has not ended
   */
  async retry(id: string): Promise<Job> {
    const { store, newJobId } = this.#running();
    const { jobId, existing } = await store.jobs.retry(parseJobId(id), newJobId());
    return new Job(store, jobId, existing);
  }

  /**
   * The same of all that fit a filter and have ended, telling of each. Without a state: those that failed or timed out. One that
   * was retried before is retried again.
   */
  async *retryEach(filter: JobFilter): AsyncGenerator<RetriedJob, void, undefined> {
    const { store, newJobId } = this.#running();
    yield* retryJobs(store.jobs, this.#fitting(filter), newJobId);
  }

  /**
   * Answers a question about a job, also one that is yet to be asked. The first answer stands: false when it was this one.
   *
   * @param value any JSON value
   * @throws EspalierError `ESP_ANSWERED` when there is another one; `ESP_NOT_FOUND`; `ESP_CONFLICT` for a job that has ended
   * @example
   * await system.jobs.answer('job-mx4m0g28-60d5de40a1f78e44', 'deploy', { approved: true });
   */
  async answer(id: string, question: string, value: unknown): Promise<boolean> {
    checkArgument('question', question, questionId);
    return (await this.#running().store.jobs.answer(parseJobId(id), question, value)) === 'answered';
  }

  /** Changes a priority. False for a job that has ended. @throws EspalierError `ESP_NOT_FOUND` */
  async prioritise(id: string, priority: number): Promise<boolean> {
    checkArgument('priority', priority, kind('a whole number', Number.isSafeInteger));
    return await this.#running().store.jobs.prioritise(parseJobId(id), priority);
  }

  /**
   * Sets what a job and all below it may use, of these units. What was used before counts; what waits for a budget that is
   * raised goes on. False for a job that has ended.
   *
   * @throws EspalierError `ESP_NOT_FOUND`
   */
  async setBudget(id: string, budget: Amounts): Promise<boolean> {
    checkArgument('budget', budget, amountsRule);
    return await this.#running().store.jobs.setBudget(parseJobId(id), budget);
  }

  #fitting(filter: JobFilter): JobQuery {
    checkOptions('jobs', filter, listRule);
    return queryOf(filter, this.#running().queue);
  }

  #running(): JobsServices {
    const services = this.#services();
    services.requireRunning();
    return services;
  }
}

function queryOf(options: ListJobsOptions, queueNamed: SpecContext['queue']): JobQuery {
  const { state: wanted, queue, key, parent, meta, before, limit = 100 } = options;
  return {
    ...(wanted !== undefined && { states: typeof wanted === 'string' ? [wanted] : wanted }),
    ...(queue !== undefined && { queue: queueNamed(queue) }),
    ...(key !== undefined && { key }),
    ...(parent !== undefined && { parent: parseJobId(parent) }),
    ...(meta !== undefined && {
      meta: Object.fromEntries(Object.entries(meta).map(([field, value]) => [field, String(value)])),
    }),
    ...(before !== undefined && { before: parseJobId(before) }),
    limit,
  };
}

import { type JobId, parseJobId } from '../../machines/ids/job-id.js';
import { JOB_STATES, type JobState } from '../../machines/work/job/states.js';
import { checkArgument, checkOptions, fields, kind, text, whole } from '../../options.js';
import type { JobQuery, JobRecord, Store } from '../../persistence/store.js';
import { Job } from './job.js';
import { type JobSpec, newJobs, type SpecContext } from './spec.js';

/** Which jobs: those that fit all of these. */
export interface JobFilter {
  readonly state?: JobState | readonly JobState[];
  readonly queue?: string;
  readonly key?: string;
  readonly parent?: string;
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
const listRule = fields<ListJobsOptions>({
  state,
  queue: text,
  key: text,
  parent: text,
  before: text,
  limit: whole(1, 10_000),
});

/** Jobs of a page when all that fit a filter are worked off. */
const PAGE = 500;

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
    const { jobs, ids } = newJobs(specs, services);
    const { store } = services;
    const submitted = await store.jobs.submit(jobs);
    // They were put into an order of their own: each is answered where it was given.
    const answers = new Map(jobs.map(({ jobId }, index) => [jobId, submitted[index]]));
    return ids.flatMap((id) => {
      const answer = answers.get(id);
      return answer === undefined ? [] : [new Job(store, answer.jobId, answer.existing)];
    });
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
    const { store } = this.#running();
    if (typeof which === 'string') return (await store.jobs.cancel(parseJobId(which), reason)) === 'over' ? 0 : 1;
    let cancelled = 0;
    for await (const { jobId } of this.#unfinished(which)) {
      if ((await store.jobs.cancel(jobId, reason)) !== 'over') cancelled += 1;
    }
    return cancelled;
  }

  /** Changes a priority. False for a job that has ended. @throws EspalierError `ESP_NOT_FOUND` */
  async prioritise(id: string, priority: number): Promise<boolean> {
    checkArgument('priority', priority, kind('a whole number', Number.isSafeInteger));
    return await this.#running().store.jobs.prioritise(parseJobId(id), priority);
  }

  async *#unfinished(filter: JobFilter): AsyncGenerator<JobRecord, void, undefined> {
    const { store, queue } = this.#running();
    checkOptions('jobs', filter, listRule);
    const unfinished = JOB_STATES.slice(0, JOB_STATES.indexOf('succeeded'));
    const query = queryOf(filter, queue);
    const states = query.states?.filter((one) => unfinished.includes(one)) ?? unfinished;
    let before: JobId | undefined;
    for (;;) {
      const page = await store.jobs.list({ ...query, states, limit: PAGE, ...(before && { before }) });
      yield* page;
      before = page.at(-1)?.jobId;
      if (before === undefined) return;
    }
  }

  #running(): JobsServices {
    const services = this.#services();
    services.requireRunning();
    return services;
  }
}

function queryOf(options: ListJobsOptions, queueNamed: SpecContext['queue']): JobQuery {
  const { state: wanted, queue, key, parent, before, limit = 100 } = options;
  return {
    ...(wanted !== undefined && { states: typeof wanted === 'string' ? [wanted] : wanted }),
    ...(queue !== undefined && { queue: queueNamed(queue) }),
    ...(key !== undefined && { key }),
    ...(parent !== undefined && { parent: parseJobId(parent) }),
    ...(before !== undefined && { before: parseJobId(before) }),
    limit,
  };
}

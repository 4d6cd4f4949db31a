import { z } from 'zod';
import type { Clock } from '../../clock.js';
import { EspalierError, isEspalierError } from '../../errors.js';
import { issuesOf } from '../../issues.js';
import { type AttemptRef, type JobId, parseJobId } from '../../machines/ids/job-id.js';
import { isEnded } from '../../machines/work/job/states.js';
import { UsageMetrics } from '../../machines/work/job/usage-metrics.js';
import type { DependencyResult, JobContext, Store } from '../../persistence/store.js';
import type { TimeLimit } from '../../time-limit.js';
import { JOB_TOOLS } from '../../transport/protocol/job-names.js';
import type { JobEnd, JobTold, MetricMessage } from '../../transport/protocol/messages.js';
import type { NamedQuestion } from '../../transport/protocol/port/call.js';
import type { UsageSource } from '../backends/contract.js';
import type { AttemptDesk } from '../backends/local-call.js';
import { OwnAttempt } from './own-attempt.js';
import { requireSpecs, type SpecContext } from './spec.js';
import { submitSpecs } from './submit.js';

/** How often progress goes to the store at most, in milliseconds: whoever tells more waits for his answer so long. */
const PROGRESS_MS = 500;

/** What a worker asks for its job. What is submitted is checked elsewhere, like every spec. */
const requests = z.discriminatedUnion('name', [
  z.object({ name: z.literal('submit'), args: z.object({ jobs: z.unknown() }) }),
  z.object({ name: z.literal('wait'), args: z.object({ jobs: z.array(z.string()) }) }),
  z.object({ name: z.literal('checkpoint'), args: z.object({ value: z.unknown().optional() }) }),
  z.object({
    name: z.literal('progress'),
    args: z.object({
      done: z.number(),
      total: z.number().nullable().default(null),
      note: z.string().nullable().default(null),
    }),
  }),
]);

export interface AttemptDeskParts {
  readonly store: Pick<Store, 'jobs' | 'journal' | 'outputs'>;
  readonly clock: Clock;
  /** What specs are made into jobs by, as it is at each submit. */
  spec(): SpecContext;
}

/** Where the call of a worker turns to that is an attempt of a job: what it wants is done as by that attempt. */
export class CallDesk implements AttemptDesk {
  readonly told: JobTold;
  readonly usage: UsageSource;
  readonly #own: OwnAttempt;
  readonly #metrics = new UsageMetrics();
  readonly #busy = new Set<Promise<unknown>>();
  #time: Pick<TimeLimit, 'pause'> | null = null;
  #changed: () => void = () => undefined;
  #notedAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly parts: AttemptDeskParts,
    readonly attempt: AttemptRef,
    context: JobContext,
  ) {
    this.#own = new OwnAttempt(parts.store, attempt);
    this.told = toldOf(context);
    const metrics = this.#metrics;
    this.usage = {
      get amounts() {
        return metrics.amounts;
      },
      get fault() {
        return metrics.fault;
      },
      watch: (changed) => {
        this.#changed = changed;
      },
    };
  }

  begins(time: Pick<TimeLimit, 'pause'>): void {
    this.#time = time;
  }

  metric({ name, value: amount, as, unit = name }: MetricMessage): void {
    if (as !== 'sum' && as !== 'cumulative') return;
    this.#metrics.add({ name, unit, amount, as });
    this.#changed();
  }

  request(name: string, args: unknown, signal: AbortSignal): Promise<unknown> {
    return this.#track(this.#do(name, args, signal));
  }

  async ask(asked: NamedQuestion): Promise<unknown> {
    const { name, question, suspends } = asked;
    const became = await this.#track(this.#own.ask(name, question, { suspends }));
    if (became.answered) return became.answer;
    if (!suspends) return await this.#answered(asked);
    const message = `the attempt ends here, and its job waits for the answer to question ${JSON.stringify(name)}`;
    throw new EspalierError('ESP_SUSPENDED', message, { context: { job: this.attempt.jobId, question: name } });
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#busy]);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const busy = work.finally(() => this.#busy.delete(busy));
    this.#busy.add(busy);
    return busy;
  }

  async #do(name: string, args: unknown, signal: AbortSignal): Promise<unknown> {
    const parsed = requests.safeParse({ name, args });
    if (!parsed.success) {
      const message = `${JOB_TOOLS}${name}: ${issuesOf(parsed.error, 'request')}`;
      throw new EspalierError('ESP_INVALID', message, { context: { request: name } });
    }
    const wanted = parsed.data;
    switch (wanted.name) {
      case 'submit':
        return await this.#submit(wanted.args.jobs);
      case 'wait':
        return await this.#waitFor(wanted.args.jobs.map(parseJobId));
      case 'checkpoint':
        return await this.#own.note({ checkpoint: wanted.args.value ?? null });
      case 'progress':
        await this.#untilDue(signal);
        return await this.#own.note({ progress: wanted.args });
      default:
        return wanted satisfies never;
    }
  }

  async #submit(given: unknown): Promise<readonly { readonly id: JobId; readonly existing: boolean }[]> {
    requireSpecs(given);
    const { store, spec } = this.parts;
    const specs = given.map((one) => ({ parent: this.attempt.jobId, ...one }));
    const submitted = await submitSpecs(store.jobs, specs, spec());
    return submitted.map(({ jobId: id, existing }) => ({ id, existing }));
  }

  async #waitFor(jobs: readonly JobId[]): Promise<{ suspended: true } | { results: readonly JobEnd[] }> {
    if (await this.#own.waitFor(jobs)) return { suspended: true };
    const ends = new Map(endsOf((await this.#own.context()).results).map((end) => [end.id, end]));
    return { results: jobs.flatMap((id) => ends.get(id) ?? []) };
  }

  /** Progress is written no more often than that; what a call tells that ends is written at once. */
  async #untilDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    const ms = Math.min(PROGRESS_MS, this.#notedAt + PROGRESS_MS - clock.now());
    if (ms > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = clock.setTimeout(resolve, ms);
        const hurry = () => {
          clock.clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', hurry, { once: true });
      });
    }
    this.#notedAt = clock.now();
  }

  /** The answer, wherever it is given; the time of the attempt stands still until then. */
  async #answered({ name, signal, show }: NamedQuestion): Promise<unknown> {
    const goOn = this.#time?.pause();
    const over = new AbortController();
    let hide: () => void = () => undefined;
    try {
      return await new Promise((resolve, reject) => {
        const ended = AbortSignal.any([signal, over.signal]);
        this.#own.job.answerTo(name, { signal: ended }).then(resolve, reject);
        hide = show((value) => void this.#answer(name, value).catch(reject), reject);
      });
    } finally {
      over.abort();
      hide();
      goOn?.();
    }
  }

  /** Of this host's own people. Should another process have been first, its answer stands, and is heard. */
  async #answer(name: string, value: unknown): Promise<void> {
    try {
      await this.parts.store.jobs.answer(this.attempt.jobId, name, value);
    } catch (error) {
      if (!isEspalierError(error) || error.code !== 'ESP_ANSWERED') throw error;
    }
  }
}

function toldOf({ answers, results, ...context }: JobContext): JobTold {
  const checkpoint = 'checkpoint' in context ? { checkpoint: context.checkpoint } : {};
  return { ...checkpoint, answers, results: endsOf(results) };
}

function endsOf(results: readonly DependencyResult[]): readonly JobEnd[] {
  return results.flatMap(({ jobId: id, state, ...rest }) => (isEnded(state) ? [{ id, state, ...rest }] : []));
}

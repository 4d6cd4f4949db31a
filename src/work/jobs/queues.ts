import type { LimitRate } from '../../machines/work/job/limit.js';
import { checkArgument, checkOptions, fields, nullable, number, text, whole } from '../../options.js';
import type { JobStore, LimitRecord, QueueRecord } from '../../persistence/store.js';

/** How the handles below reach the store, and what queue a name stands for. @throws `ESP_STOPPED` */
type Reach = () => { readonly jobs: JobStore; queue(name: string): string };

/** The queues in which jobs wait, of every host of the store. */
export class Queues {
  readonly #reach: Reach;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Every queue: its depth by state, whether it is paused, and who serves it. */
  async list(): Promise<readonly QueueRecord[]> {
    return await this.#reach().jobs.queues();
  }

  /** Nothing is started from the queue any more, by no host; what runs goes on. False when it is paused already. */
  async pause(name: string): Promise<boolean> {
    const { jobs, queue } = this.#reach();
    checkArgument('queue', name, text);
    return await jobs.pauseQueue(queue(name));
  }

  /** False when it is not paused. */
  async resume(name: string): Promise<boolean> {
    const { jobs, queue } = this.#reach();
    checkArgument('queue', name, text);
    return await jobs.resumeQueue(queue(name));
  }
}

/** What jobs that name a limit may do at once, and how often they may begin. */
export interface LimitOptions {
  /** Attempts at once, over all hosts; any number by default. */
  readonly concurrency?: number | null;
  /** So many in so many milliseconds; as many at once after a quiet time as `burst` says, `count` by default. */
  readonly rate?: { readonly count: number; readonly perMs: number; readonly burst?: number } | null;
}

const limitRule = fields<LimitOptions>({
  concurrency: nullable(whole(0)),
  rate: nullable(fields<LimitRate>({ count: number(0.001), perMs: whole(1), burst: whole(1) })),
});

/** Limits that jobs keep by naming them: rows of the store, the same for every host. */
export class Limits {
  readonly #reach: Reach;

  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** Every limit, with the jobs that hold it and how many wait for it. */
  async list(): Promise<readonly LimitRecord[]> {
    return await this.#reach().jobs.limits();
  }

  /**
   * Sets a limit; what it does not say is unlimited.
   *
   * @example
   * await system.limits.set('openai', { concurrency: 4, rate: { count: 2, perMs: 1000, burst: 4 } });
   */
  async set(name: string, options: LimitOptions): Promise<void> {
    const { jobs } = this.#reach();
    checkArgument('name', name, text);
    checkOptions(`limit ${name}`, options, limitRule);
    const { concurrency = null, rate = null } = options;
    await jobs.setLimit(name, { concurrency, rate: rate && { burst: Math.max(1, rate.count), ...rate } });
  }

  /** Takes a limit away: what waits for it goes on. */
  async remove(name: string): Promise<void> {
    const { jobs } = this.#reach();
    checkArgument('name', name, text);
    await jobs.setLimit(name, null);
  }
}

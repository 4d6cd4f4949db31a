import { JOB_OUTCOMES, type JobOutcome } from '../../../machines/work/job/states.js';
import type { Retention } from '../../../machines/work/retention.js';
import type { Pruned, PruneOptions } from '../../contract/retention.js';
import type { Access } from '../access.js';
import type { Batch } from './jobs.js';
import type { ProcessPlace } from './processes.js';
import type { retentionWrites } from './writes.js';

/** Slots that leave at once, and pages that are given back at once. */
const SLOTS = 100;
const PAGES = 256;

/** One walk through what may leave, batch by batch: before each of them others are let by. */
export class Pass {
  readonly #access: Access<typeof retentionWrites>;
  readonly #options: PruneOptions;
  #pruned: Pruned = { jobs: 0, events: 0, processes: 0, runs: 0, slots: 0, bytes: 0 };

  constructor(access: Access<typeof retentionWrites>, options: PruneOptions) {
    this.#access = access;
    this.#options = options;
  }

  /** What has left so far. */
  get pruned(): Pruned {
    return this.#pruned;
  }

  async jobs({ succeededMs, unsuccessfulMs }: Retention): Promise<void> {
    for (const outcome of JOB_OUTCOMES) {
      const keptMs = outcome === 'succeeded' ? succeededMs : unsuccessfulMs;
      if (keptMs !== null) await this.#jobsThat(outcome, keptMs);
    }
  }

  /** @param keptMs null goes on with those alone whose removal has begun */
  async runs(keptMs: number | null): Promise<void> {
    if (keptMs !== null)
      await this.#batches(async () => (await this.#access.write('retention.markOldRuns', { keptMs })) > 0);
    await this.#batches(async () => {
      const { slots, runs, more } = await this.#access.write('retention.slots', { most: SLOTS });
      this.#add({ slots, runs });
      return more;
    });
  }

  async journal({ journalMs: keptMs, journalBytes: bytes }: Retention): Promise<void> {
    if (keptMs === null && bytes === null) return;
    await this.#batches(async () => {
      const { removed, more } = await this.#access.write('retention.journal', { keptMs, bytes });
      this.#add({ events: removed });
      return more;
    });
  }

  /** @param keptMs null removes none */
  async processes(keptMs: number | null): Promise<void> {
    let after: ProcessPlace = { runId: '', spawnId: '' };
    if (keptMs === null) return;
    await this.#batches(async () => {
      const { removed, next } = await this.#access.write('retention.processes', { keptMs, after });
      this.#add({ processes: removed });
      after = next ?? after;
      return next !== null;
    });
  }

  async space(): Promise<void> {
    await this.#batches(async () => {
      const { bytes, more } = await this.#access.write('retention.space', { most: PAGES });
      this.#add({ bytes });
      return more;
    });
  }

  async #jobsThat(outcome: JobOutcome, keptMs: number): Promise<void> {
    let after = 0;
    await this.#batches(async () => {
      const { removed, next }: Batch<number> = await this.#access.write('retention.jobs', { outcome, keptMs, after });
      this.#add({ jobs: removed });
      after = next ?? after;
      return next !== null;
    });
  }

  /** One after the other, until one says that it was the last. */
  async #batches(batch: () => Promise<boolean>): Promise<void> {
    for (let more = true; more; ) {
      await this.#options.pause();
      if (this.#options.signal?.aborted === true) return;
      more = await batch();
    }
  }

  #add(left: Partial<Pruned>): void {
    const { jobs = 0, events = 0, processes = 0, runs = 0, slots = 0, bytes = 0 } = left;
    const so = this.#pruned;
    this.#pruned = {
      ...{ jobs: so.jobs + jobs, events: so.events + events, processes: so.processes + processes },
      ...{ runs: so.runs + runs, slots: so.slots + slots, bytes: so.bytes + bytes },
    };
  }
}

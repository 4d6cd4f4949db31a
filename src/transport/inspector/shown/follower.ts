import type { JournalEvent } from '../../../machines/events.js';
import type { InspectedHost } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import { JobModel } from '../model/jobs.js';
import { FACT_TYPES } from '../model/journal-facts.js';
import { ProcessModel } from '../model/processes.js';
import { RunModel } from '../model/runs.js';
import type { Ring } from './ring.js';

/** Feeds the models from the journal, while somebody looks. What came before is caught up with first. */
export class Follower {
  readonly processes = new ProcessModel();
  readonly runs = new RunModel();
  readonly jobs = new JobModel();
  readonly #host: InspectedHost;
  readonly #ring: Ring;
  /** How far the models have read the journal. */
  #seq = 0;
  #stop: AbortController | null = null;
  #stopLooking: () => void = () => undefined;

  constructor(host: InspectedHost, ring: Ring) {
    this.#host = host;
    this.#ring = ring;
  }

  /** Begins; resolves when the models are up to date. What fails later is told to `onFailed`. */
  async start(heard: () => void, onFailed: (error: unknown) => void): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    this.#stopLooking = this.#host.look();
    const head = await this.#catchUp();
    this.#ring.reset(head);
    void this.#follow(head, stop.signal, heard).catch((error) => {
      if (!stop.signal.aborted) onFailed(error);
    });
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
    this.#stopLooking();
    this.#stopLooking = () => undefined;
  }

  /** What runs say that have changed since they were read. */
  async refreshRuns(): Promise<void> {
    for (const run of this.runs.takeStale()) {
      const record = await this.#host.run(run);
      if (record) this.runs.put(record);
    }
  }

  async #catchUp(): Promise<number> {
    const head = await this.#host.journal.head();
    this.processes.load(await this.#host.processes());
    this.runs.load(await this.#host.runs());
    const after = Math.max(this.#seq, head - LIMITS.history, await this.#host.journal.floor());
    const options = { after, follow: false, types: FACT_TYPES };
    for await (const event of this.#host.journal.tail(options)) {
      if (event.seq > head) break;
      this.#apply(event);
    }
    this.#seq = head;
    return head;
  }

  async #follow(after: number, signal: AbortSignal, heard: () => void): Promise<void> {
    for await (const event of this.#host.journal.tail({ after, follow: true, signal })) {
      if (signal.aborted) return;
      this.#ring.push(event);
      this.#apply(event);
      this.runs.apply(event);
      this.jobs.apply(event);
      this.#seq = event.seq;
      heard();
    }
  }

  #apply(event: JournalEvent): void {
    this.processes.apply(event);
    if (event.runId === this.#host.runId) this.#host.model.apply(event);
  }
}

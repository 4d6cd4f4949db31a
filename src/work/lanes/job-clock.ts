import type { Clock } from '../../clock.js';
import type { RunId } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import type { JobStore, JournalStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';

/** How long it sleeps at most, in milliseconds: what other processes have written since is looked for then. */
const MOST_SLEEP_MS = 1000;

export interface JobClockServices {
  readonly runId: RunId;
  readonly jobs: Pick<JobStore, 'tick'>;
  readonly journal: Pick<JournalStore, 'onCommit'>;
  readonly clock: Clock;
  /** The store has, or has had, jobs. May be called again. */
  onJobs(): void;
  onFault(error: unknown): void;
}

/**
 * Moves on what time alone moves: delays, backoffs, rates and deadlines. It wakes at the next instant that is known to this
 * host, and once a second for what another process has written.
 */
export class JobClock {
  readonly #services: JobClockServices;
  #timer: unknown = null;
  #at = Number.POSITIVE_INFINITY;
  #ticking = false;
  #stopped = false;
  #leave: () => void = () => undefined;

  constructor(services: JobClockServices) {
    this.#services = services;
  }

  start(): void {
    this.#leave = this.#services.journal.onCommit((events) => this.#hear(events));
    void this.#tick();
  }

  stop(): void {
    this.#stopped = true;
    this.#leave();
    this.#services.clock.clearTimeout(this.#timer);
  }

  #hear(events: readonly JournalEvent[]): void {
    for (const event of events) {
      if (event.type === 'job.submitted') {
        this.#services.onJobs();
        if (event.data.dueAt !== null) this.#arm(event.data.dueAt);
      }
      if (event.type === 'job.parked' && event.data.until !== null) this.#arm(event.data.until);
    }
  }

  /** Wakes at that instant, or before. */
  #arm(at: number): void {
    const { clock } = this.#services;
    if (this.#stopped || at >= this.#at) return;
    clock.clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = clock.setTimeout(() => void this.#tick(), Math.max(0, at - clock.now()));
  }

  async #tick(): Promise<void> {
    this.#at = Number.POSITIVE_INFINITY;
    if (this.#ticking || this.#stopped) return;
    this.#ticking = true;
    const { jobs, runId, clock, onJobs, onFault } = this.#services;
    try {
      const { hasJobs, dueAt } = await jobs.tick(runId);
      if (hasJobs && !this.#stopped) onJobs();
      if (dueAt !== null) this.#arm(dueAt);
    } catch (error) {
      if (!this.#stopped && !isRefusal(error)) onFault(error);
    } finally {
      this.#ticking = false;
      this.#arm(clock.now() + MOST_SLEEP_MS);
    }
  }
}

import type { RunRef } from '../../../ids.js';
import type { JournalEvent } from '../../../machines/events.js';
import type { RunInfo } from '../protocol/wire.js';
import type { SeenRun } from '../seen/records.js';
import { Changes } from './changes.js';

/** How many runs are listed: the newest. */
const KEPT_RUNS = 500;

/** The runs of a store. The journal says which have changed; what they are now is read from the store, a run at a time. */
export class RunModel {
  readonly changes = new Changes();
  readonly #runs = new Map<string, SeenRun>();
  readonly #stale = new Set<string>();
  /** Until they are read again. */
  readonly #completed = new Set<string>();
  onChange: () => void = () => undefined;

  all(): IterableIterator<SeenRun> {
    return this.#runs.values();
  }

  get(run: RunRef): SeenRun | undefined {
    return this.#runs.get(run);
  }

  load(runs: readonly SeenRun[]): void {
    for (const run of runs.slice(0, KEPT_RUNS).reverse()) this.put(run);
  }

  put(run: SeenRun): void {
    this.#runs.set(run.run, run);
    this.#completed.delete(run.run);
    this.changes.touch(run.run);
    this.onChange();
    if (this.#runs.size <= KEPT_RUNS) return;
    for (const first of this.#runs.keys()) {
      this.#runs.delete(first);
      this.changes.remove(first);
      return;
    }
  }

  apply(event: JournalEvent): void {
    const run = runOf(event);
    if (run === null) return;
    this.#stale.add(run);
    if (event.type === 'run.completed') this.#completed.add(run);
    if (event.type === 'run.continued') this.#completed.delete(run);
  }

  /** Whether everything that will happen in a run has happened; known as soon as the journal says so. */
  isCompleted(run: RunRef): boolean {
    return this.#completed.has(run) || this.#runs.get(run)?.status === 'completed';
  }

  get hasStale(): boolean {
    return this.#stale.size > 0;
  }

  /** Those that have changed since they were read; asked for once. */
  takeStale(): readonly string[] {
    const stale = [...this.#stale];
    this.#stale.clear();
    return stale;
  }
}

/** The run that an event concerns. */
export function runOf(event: JournalEvent): string | null {
  if ('run' in event.data) return event.data.run;
  return event.ctx?.run ?? null;
}

export function runInfo(run: SeenRun): RunInfo {
  const { name, status, pool, policy, total, counts, owner, wish, createdAt, updatedAt } = run;
  return {
    run: run.run,
    name,
    status,
    pool,
    method: policy.method ?? null,
    total,
    counts: { ...counts },
    committed: Object.values(counts).reduce((sum, count) => sum + count, 0),
    concurrency: policy.concurrency,
    reorderWindow: policy.reorderWindow,
    owner,
    wish,
    createdAt,
    updatedAt,
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import { EspalierError } from '../../errors.js';
import type { RunRef } from '../../ids.js';
import type { JournalEvent } from '../../machines/events.js';
import { jobName } from '../../machines/ids/job-id.js';
import type { RunStatus, RunWish } from '../../machines/work/run/status.js';
import type { SlotRow } from '../../machines/work/slot.js';
import { signal as abortSignal, checkOptions, fields, oneOf } from '../../options.js';
import type { JournalStore, RunRecord, RunStore } from '../../persistence/store.js';

/** How long a reader that was woken waits for more to come, in milliseconds: what it reads costs the writer's thread too. */
const COMPANY_MS = 15;

/** Rows that are read at once. */
const PAGE = 200;
/** Ended slots that are read at once: their outputs come whole. */
const ENDED_PAGE = 16;

/** Whether a run in this status goes on by itself. */
export function isMoving(status: RunStatus): boolean {
  return status === 'running' || status === 'created';
}

/** Why a run cannot go on: it could not be written, or nothing runs where its slots would. */
export class Failure {
  readonly #controller = new AbortController();

  /** Fires when the run has failed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  fail(error: unknown): void {
    this.#controller.abort(error);
  }
}

/** The slots that may have ended by these events of their run; one that was queued again has no row yet. */
function* endedIn(events: readonly JournalEvent[]): Generator<number> {
  for (const { type, data } of events) {
    if (type === 'slot.committed') yield data.index;
    if (type === 'attempt.ended') yield* slotOf(data.jobId);
  }
}

function slotOf(jobId: string): number[] {
  const name = jobName(jobId);
  return name.kind === 'slot' ? [name.index] : [];
}

const company = () => wait(COMPANY_MS);

export interface RunStores {
  readonly runs: RunStore;
  readonly journal: JournalStore;
}

export interface CommittedOptions {
  /** `start`: all rows; `here` (default): those committed from the moment on at which this handle was made. */
  readonly from?: 'start' | 'here';
  readonly signal?: AbortSignal;
}

const committedRule = fields<CommittedOptions>({ from: oneOf('start', 'here'), signal: abortSignal });
const finishedRule = fields<Pick<CommittedOptions, 'signal'>>({ signal: abortSignal });

/**
 * A run of this host. Rows are read from the store, not from memory: a slow reader holds up nobody, and what it sees is
 * what a crash would leave.
 *
 * @example
 * const run = await system.runs.start({ slots: ['a', 'b'], pool: 'shell', concurrency: 2 });
 * for await (const row of run.committed()) console.log(row.index, row.status);
 */
export class Run {
  readonly id: RunRef;
  readonly #stores: RunStores;
  readonly #position: number;
  readonly #failure: Failure;
  readonly #ask: (wish: RunWish) => void;

  constructor(stores: RunStores, record: RunRecord, failure: Failure, ask: (wish: RunWish) => void) {
    this.id = record.run;
    this.#stores = stores;
    this.#position = record.position;
    this.#failure = failure;
    this.#ask = ask;
  }

  /** Resolves with the record once the run does not go on by itself: completed, paused, stopped or interrupted. */
  done(): Promise<RunRecord> {
    return this.#settled((status) => !isMoving(status));
  }

  /** How the run stands on disk. */
  async record(): Promise<RunRecord> {
    const record = await this.#stores.runs.get(this.id);
    if (!record) throw new EspalierError('ESP_NOT_FOUND', `run ${this.id} is not in the store any more`);
    return record;
  }

  /**
   * Committed rows in slot order, as they are committed; ends when the run does not go on by itself. Throws what kept the
   * run from going on: the refusal of a store, or the end of its pool.
   */
  async *committed(options: CommittedOptions = {}): AsyncGenerator<SlotRow, void, undefined> {
    checkOptions('committed', options, committedRule);
    const { from = 'here', signal } = options;
    const { runs, journal } = this.#stores;
    const { signal: failed } = this.#failure;
    const ended = signal ? AbortSignal.any([signal, failed]) : failed;
    let position = from === 'start' ? 0 : this.#position;
    using watch = journal.watch({ run: this.id });
    while (!signal?.aborted) {
      // The status is read before the rows: whatever was committed under it is then among them.
      const { status } = await this.record();
      const page = await runs.committed(this.id, position, PAGE);
      for (const { position: at, row } of page) {
        position = at;
        yield row;
      }
      if (page.length > 0) continue;
      failed.throwIfAborted();
      if (!isMoving(status)) return;
      await watch.next(ended);
      await company();
    }
  }

  /**
   * Rows as their slots end, in whatever order: those that end from the moment on at which the first is asked for. Each is
   * yielded once; what a ruling (fail-fast) makes of slots behind a failure comes with its commit.
   *
   * @throws what kept the run from going on: the refusal of a store, or the end of its pool
   */
  async *finished(options: Pick<CommittedOptions, 'signal'> = {}): AsyncGenerator<SlotRow, void, undefined> {
    checkOptions('finished', options, finishedRule);
    const { signal } = options;
    const { runs, journal } = this.#stores;
    const { signal: failed } = this.#failure;
    const over = signal ? AbortSignal.any([signal, failed]) : failed;
    const seen = new Uint8Array((await this.record()).total);
    const fresh = new Set<number>();
    using watch = journal.watch({ run: this.id });
    const stop = journal.onCommit(
      (events) => {
        for (const index of endedIn(events)) if (seen[index] === 0) fresh.add(index);
      },
      { run: this.id },
    );
    try {
      while (!signal?.aborted) {
        const { status } = await this.record();
        const asked = [...fresh].slice(0, ENDED_PAGE);
        for (const index of asked) fresh.delete(index);
        for (const row of await runs.ended(this.id, asked)) {
          seen[row.index] = 1;
          yield row;
        }
        if (asked.length > 0) continue;
        failed.throwIfAborted();
        if (!isMoving(status)) return;
        await watch.next(over);
        await company();
      }
    } finally {
      stop();
    }
  }

  /** Starts no more slots, waits for those at work, and resolves when the run is paused or has ended. */
  pause(): Promise<RunRecord> {
    return this.#request('pause');
  }

  /** Goes on after `pause`. */
  async resume(): Promise<void> {
    this.#ask('resume');
    await this.#settled((status) => status !== 'paused');
  }

  /** Stops what is at work and puts it back; resolves when the run is stopped or has ended. It can be continued. */
  stop(): Promise<RunRecord> {
    return this.#request('stop');
  }

  #request(wish: RunWish): Promise<RunRecord> {
    this.#ask(wish);
    return this.#settled((status) => !isMoving(status));
  }

  async #settled(isSettled: (status: RunStatus) => boolean): Promise<RunRecord> {
    using watch = this.#stores.journal.watch({ run: this.id });
    for (;;) {
      const record = await this.record();
      if (isSettled(record.status)) return record;
      this.#failure.signal.throwIfAborted();
      await watch.next(this.#failure.signal);
      await company();
    }
  }
}

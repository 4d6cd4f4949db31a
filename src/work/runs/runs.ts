import type { TreeEnvironment } from '../../actors/tree/environment.js';
import { spec } from '../../actors/tree/spec.js';
import type { Refused, SupervisorHandle } from '../../actors/tree/supervisor-calls.js';
import { EspalierError, toErrorRecord } from '../../errors.js';
import type { RunId, RunRef } from '../../ids.js';
import type { RunPolicy } from '../../machines/work/run-policy.js';
import {
  anything,
  checkOptions,
  fields,
  flag,
  kind,
  milliseconds,
  nullable,
  oneOf,
  required,
  text,
  whole,
} from '../../options.js';
import type { JournalStore, RunRecord, RunStore } from '../../persistence/store.js';
import type { RunPlace } from '../backends/contract.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { Owed } from '../dispatch/owed.js';
import { Coordinator } from './coordinator.js';
import { Failure, Run } from './run.js';

/** Slots that are written at once while a run is being made. */
const SLOTS_PER_WRITE = 2000;

/** The whole number of slots that fits a run: the store numbers them, the planner keeps a byte for each. */
const MAX_SLOTS = 10_000_000;

export interface StartRunOptions extends Partial<RunPolicy> {
  /** One input per slot: any JSON value. Read once. */
  readonly slots: Iterable<unknown>;
  /** The pool that runs them, by path or id. */
  readonly pool: string;
  /** For people. */
  readonly name?: string | null;
  /** Whatever the caller needs to make the pool again; any JSON value, kept with the run. */
  readonly origin?: unknown;
}

export interface ContinueRunOptions {
  /** Slots whose row says failed, timed out or cancelled lose it and run again. */
  readonly retryFailed?: boolean;
}

export interface RunsServices {
  readonly runId: RunId;
  readonly env: TreeEnvironment;
  readonly runs: RunStore;
  readonly journal: JournalStore;
  readonly dispatcher: Dispatcher;
  readonly owed: Owed;
  /** The supervisor below which coordinators live. */
  readonly supervisor: SupervisorHandle;
  /** @throws EspalierError when nothing at that path can run slots, by that method or without one */
  place(path: string, method: string | undefined): RunPlace;
  newRun(): RunRef;
}

interface Driven {
  readonly coordinator: Coordinator;
  readonly failure: Failure;
}

/** Ordered schedules of slots. A run is on disk, whole, before its first slot starts. */
export class Runs {
  readonly #services: RunsServices;
  /** What drives each run of this host. */
  readonly #driven = new Map<string, Driven>();
  /** Runs whose coordinators have gone for good, until what they ran is given back. */
  readonly #orphans = new Map<string, Promise<void>>();
  #watch: Disposable | null = null;

  constructor(services: RunsServices) {
    this.#services = services;
  }

  /**
   * Writes a run and starts it.
   *
   * @throws EspalierError `ESP_INVALID` naming the option, `ESP_NOT_FOUND` for the pool
   */
  async start(options: StartRunOptions): Promise<Run> {
    const { runId, runs, newRun } = this.#services;
    checkOptions('run', options, startRule);
    const policy = runPolicy(options);
    const pool = this.#services.place(options.pool, policy.method);
    const { name = null, origin = null } = options;
    const run = newRun();
    await runs.create({ run, name, pool: pool.path, policy, origin, owner: runId });
    await this.#addSlots(run, options.slots);
    await runs.start(run, runId);
    return this.#drive(await this.#record(run), pool);
  }

  /**
   * Takes up a run that was interrupted, paused or stopped; a completed one only with `retryFailed`.
   *
   * @throws EspalierError `ESP_NOT_FOUND`, `ESP_OWNED` when another living host drives it, `ESP_CONFLICT` when this one
   * does, `ESP_INVALID` when it was never written to its end or is completed
   */
  async continue(run: RunRef, options: ContinueRunOptions = {}): Promise<Run> {
    checkOptions('continue', options, continueRule);
    const { runId, runs, owed } = this.#services;
    await this.#orphans.get(run);
    await owed.drop(run);
    // What has become of its slots is on disk before they are read.
    await owed.settled();
    const found = await this.#record(run);
    if (this.#driven.has(run)) throw this.#isDriven(run);
    const pool = this.#services.place(found.pool, found.policy.method);
    if (options.retryFailed) await this.#reopen(run);
    const acquired = await runs.acquire(run, runId);
    if (!acquired.ok) throw refusal(run, acquired.why, acquired.owner);
    return this.#drive(acquired.record, pool);
  }

  async #reopen(run: RunRef): Promise<void> {
    await this.#services.runs.reopenFailed(run, this.#services.runId);
  }

  async #addSlots(run: RunRef, slots: Iterable<unknown>): Promise<void> {
    let total = 0;
    let page: unknown[] = [];
    const flush = async () => {
      const before = total;
      total += page.length;
      if (total > MAX_SLOTS) throw new EspalierError('ESP_INVALID', `a run has at most ${MAX_SLOTS} slots`);
      await this.#services.runs.addSlots(run, page, before);
      page = [];
    };
    for (const slot of slots) {
      page.push(slot);
      if (page.length === SLOTS_PER_WRITE) await flush();
    }
    if (page.length > 0) await flush();
  }

  async #drive(record: RunRecord, pool: RunPlace): Promise<Run> {
    const { supervisor, env, runs, journal } = this.#services;
    const { run } = record;
    const failure = new Failure();
    const services = {
      ...this.#services,
      clock: env.clock,
      onEnded: () => this.#driven.delete(run),
      onFailed: (error: unknown) => {
        failure.fail(error);
        this.#oweInterruption(run, error);
      },
      onClosed: (error: unknown) => failure.fail(error),
    };
    const start = async () => {
      const before = this.#driven.get(run);
      await before?.coordinator.abandon();
      const coordinator = new Coordinator(services, before ? await this.#record(run) : record, pool.line());
      this.#driven.set(run, { coordinator, failure });
      return coordinator.logic();
    };
    this.#guard();
    const child = spec({ id: run, role: 'coordinator', restart: 'transient', shutdown: 'infinity', start });
    const started = await supervisor.startChild(child);
    if (!started.ok) throw await this.#notDriven(run, started);
    const ask = (type: 'pause' | 'resume' | 'stop') => void env.directory.send(started.path, { type });
    return new Run({ runs, journal }, record, failure, ask);
  }

  /** Why nobody drives a run that is on disk as running; unless somebody does, it is so no longer. */
  async #notDriven(run: RunRef, refused: Refused): Promise<unknown> {
    if (refused.error === 'already_started' || refused.error === 'already_present') return this.#isDriven(run);
    const { runs, runId } = this.#services;
    const error = notDriven(run, refused);
    this.#driven.delete(run);
    try {
      await runs.setStatus(run, runId, ['running'], 'interrupted', error.message);
    } catch (cause) {
      this.#oweInterruption(run, cause);
    }
    return error;
  }

  /** It has ended because the store refused to be written, and is on disk as running. */
  #oweInterruption(run: RunRef, error: unknown): void {
    const { runs, runId, owed } = this.#services;
    const reason = `it could not be written: ${toErrorRecord(error).message}`;
    owed.owe(() => runs.setStatus(run, runId, ['running'], 'interrupted', reason), run);
  }

  #isDriven(run: RunRef): EspalierError {
    return new EspalierError('ESP_CONFLICT', `run ${run} is driven here already`, { context: { run } });
  }

  /** Coordinators that end with their supervisor are not restarted: nobody would end what they run, or tell their readers. */
  #guard(): void {
    const { env, supervisor } = this.#services;
    this.#watch ??= env.directory.monitor(supervisor.path, () => {
      this.#watch = null;
      for (const [run, driven] of this.#driven) this.#orphans.set(run, this.#interrupt(run, driven));
      this.#driven.clear();
    });
  }

  async #interrupt(run: RunRef, { coordinator, failure }: Driven): Promise<void> {
    const { runs, runId } = this.#services;
    try {
      await coordinator.abandon();
      await runs.setStatus(run, runId, ['running'], 'interrupted', 'the supervisor of runs has ended');
    } catch (error) {
      failure.fail(error);
    } finally {
      this.#orphans.delete(run);
    }
  }

  async #record(run: RunRef): Promise<RunRecord> {
    const record = await this.#services.runs.get(run);
    if (record) return record;
    throw new EspalierError('ESP_NOT_FOUND', `there is no run ${run}; \`espalier runs\` lists those there are`);
  }
}

function notDriven(run: RunRef, { error, cause }: Refused): EspalierError {
  const context = { run };
  if (error === 'stopping')
    return new EspalierError('ESP_STOPPED', `run ${run} is not driven: the system stops`, { context });
  const why = cause === undefined ? error : toErrorRecord(cause).message;
  return new EspalierError('ESP_START', `run ${run} cannot be driven: ${why}`, { context, cause });
}

function refusal(
  run: RunRef,
  why: 'missing' | 'incomplete' | 'completed' | 'owned',
  owner: RunId | null,
): EspalierError {
  switch (why) {
    case 'missing':
      return new EspalierError('ESP_NOT_FOUND', `there is no run ${run}`);
    case 'incomplete':
      return new EspalierError('ESP_INVALID', `run ${run} was cut off while it was being written; nothing of it ran`);
    case 'completed':
      return new EspalierError('ESP_INVALID', `run ${run} is completed`, { context: { run, completed: true } });
    case 'owned':
      return new EspalierError('ESP_OWNED', `run ${run} is driven by the living host ${owner}`, { context: { owner } });
    default:
      return why satisfies never;
  }
}

/** Fills in the defaults of a run's policy and checks it. */
function runPolicy(options: Partial<RunPolicy>): RunPolicy {
  const concurrency = options.concurrency ?? 1;
  const policy: RunPolicy = {
    concurrency,
    ...(options.method === undefined ? {} : { method: options.method }),
    retries: options.retries ?? 0,
    timeoutMs: options.timeoutMs ?? null,
    onLost: options.onLost ?? 'retry',
    failFast: options.failFast ?? false,
    reorderWindow: options.reorderWindow ?? Math.max(64, concurrency * 16),
  };
  const problem = whole(concurrency)(policy.reorderWindow, 'reorderWindow');
  if (problem !== undefined) throw new EspalierError('ESP_INVALID', `run: ${problem}, which is its concurrency`);
  return policy;
}

const startRule = fields<StartRunOptions>(
  {
    slots: required(kind('an array, or another iterable, of inputs', isIterable)),
    pool: required(text),
    name: nullable(text),
    origin: anything,
    method: text,
    concurrency: whole(1),
    retries: whole(0),
    timeoutMs: nullable(milliseconds(1)),
    onLost: oneOf('retry', 'fail'),
    failFast: flag,
    reorderWindow: whole(1),
  },
  { timeout: 'timeoutMs', size: 'concurrency', jobs: 'concurrency', inputs: 'slots' },
);

const continueRule = fields<ContinueRunOptions>({ retryFailed: flag });

function isIterable(slots: unknown): boolean {
  return typeof slots === 'object' && slots !== null && Symbol.iterator in slots;
}

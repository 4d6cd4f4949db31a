import { EspalierError, toErrorRecord } from '../errors.js';
import type { RunPolicy } from '../machines/run/status.js';
import type { JournalStore, RunRecord, RunStore } from '../persistence/store.js';
import { Coordinator } from './coordinator.js';
import type { Dispatcher, DispatchPool } from './dispatcher.js';
import type { TreeEnvironment } from './environment.js';
import type { OwedWrites } from './owed-writes.js';
import { Failure, Run } from './run.js';
import { spec } from './spec.js';
import type { Refused, SupervisorHandle } from './supervisor-calls.js';
import { MAX_TIMER_MS } from './time-limit.js';

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
  readonly runId: string;
  readonly env: TreeEnvironment;
  readonly runs: RunStore;
  readonly journal: JournalStore;
  readonly dispatcher: Dispatcher;
  readonly owed: OwedWrites;
  /** The supervisor below which coordinators live. */
  readonly supervisor: SupervisorHandle;
  pool(path: string): DispatchPool;
  newRun(): string;
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
    const pool = this.#services.pool(options.pool);
    const policy = runPolicy(options);
    requireIterable(options.slots);
    const { name = null, origin = null } = options;
    if (name !== null && typeof name !== 'string') throw new EspalierError('ESP_INVALID', 'name must be text');
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
  async continue(run: string, options: ContinueRunOptions = {}): Promise<Run> {
    const { runId, runs, owed } = this.#services;
    await this.#orphans.get(run);
    await owed.drop(run);
    // What has become of its slots is on disk before they are read.
    await owed.settled();
    const found = await this.#record(run);
    if (this.#driven.has(run)) throw this.#isDriven(run);
    const pool = this.#services.pool(found.pool);
    if (options.retryFailed) await this.#reopen(run);
    const acquired = await runs.acquire(run, runId);
    if (!acquired.ok) throw refusal(run, acquired.why, acquired.owner);
    return this.#drive(acquired.record, pool);
  }

  async #reopen(run: string): Promise<void> {
    await this.#services.runs.reopenFailed(run, this.#services.runId);
  }

  async #addSlots(run: string, slots: Iterable<unknown>): Promise<void> {
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

  async #drive(record: RunRecord, pool: DispatchPool): Promise<Run> {
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
    };
    const start = async () => {
      const before = this.#driven.get(run);
      await before?.coordinator.abandon();
      const coordinator = new Coordinator(services, before ? await this.#record(run) : record, pool);
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
  async #notDriven(run: string, refused: Refused): Promise<unknown> {
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
  #oweInterruption(run: string, error: unknown): void {
    const { runs, runId, owed } = this.#services;
    const reason = `it could not be written: ${toErrorRecord(error).message}`;
    owed.owe(() => runs.setStatus(run, runId, ['running'], 'interrupted', reason), run);
  }

  #isDriven(run: string): EspalierError {
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

  async #interrupt(run: string, { coordinator, failure }: Driven): Promise<void> {
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

  async #record(run: string): Promise<RunRecord> {
    const record = await this.#services.runs.get(run);
    if (record) return record;
    throw new EspalierError('ESP_NOT_FOUND', `there is no run ${run}; \`espalier runs\` lists those there are`);
  }
}

function notDriven(run: string, { error, cause }: Refused): EspalierError {
  const context = { run };
  if (error === 'stopping')
    return new EspalierError('ESP_STOPPED', `run ${run} is not driven: the system stops`, { context });
  const why = cause === undefined ? error : toErrorRecord(cause).message;
  return new EspalierError('ESP_START', `run ${run} cannot be driven: ${why}`, { context, cause });
}

function refusal(
  run: string,
  why: 'missing' | 'incomplete' | 'completed' | 'owned',
  owner: string | null,
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
    retries: options.retries ?? 0,
    timeoutMs: options.timeoutMs ?? null,
    onLost: options.onLost ?? 'retry',
    failFast: options.failFast ?? false,
    reorderWindow: options.reorderWindow ?? Math.max(64, concurrency * 16),
  };
  requireWhole('concurrency', concurrency, 1);
  requireWhole('retries', policy.retries, 0);
  requireWhole('reorderWindow', policy.reorderWindow, concurrency);
  if (policy.timeoutMs !== null) requireWhole('timeoutMs', policy.timeoutMs, 1, MAX_TIMER_MS);
  requireOne('onLost', policy.onLost, ['retry', 'fail']);
  requireOne('failFast', policy.failFast, [false, true]);
  return policy;
}

function requireWhole(name: keyof RunPolicy, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new EspalierError('ESP_INVALID', `${name} is ${value}; it must be a whole number ${range}`);
}

/** A policy is stored: what no reader understands must not get there. */
function requireOne<T>(name: keyof RunPolicy, value: T, known: readonly T[]): void {
  if (known.includes(value)) return;
  throw new EspalierError('ESP_INVALID', `${name} is ${JSON.stringify(value)}; it must be one of ${known.join(', ')}`);
}

function requireIterable(slots: unknown): void {
  if (typeof slots === 'object' && slots !== null && Symbol.iterator in slots) return;
  throw new EspalierError('ESP_INVALID', 'slots must be an array, or another iterable, of inputs');
}

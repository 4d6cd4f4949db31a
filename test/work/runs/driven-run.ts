import { expect } from 'vitest';
import type { SnapshotFrom } from 'xstate';
import { Cell } from '../../../src/actors/cell/cell.js';
import type { Execution, ExecutionResult } from '../../../src/actors/exec/execution.js';
import { EspalierError } from '../../../src/errors.js';
import { OwedWrites } from '../../../src/host/owed-writes.js';
import type { runMachine } from '../../../src/machines/work/run/machine.js';
import type { RunEvent } from '../../../src/machines/work/run/run-events.js';
import type { RunPolicy } from '../../../src/machines/work/run-policy.js';
import type { RunRecord, Store } from '../../../src/persistence/store.js';
import { type MachinePath, SimulatedClock, type Subject } from '../../../src/testing/index.js';
import { LocalBackend } from '../../../src/work/backends/local.js';
import { type ExecQueue, execAttempts } from '../../../src/work/backends/local-exec.js';
import { Dispatcher } from '../../../src/work/dispatch/dispatcher.js';
import { OutputFlusher } from '../../../src/work/dispatch/output-flusher.js';
import { Coordinator } from '../../../src/work/runs/coordinator.js';
import { startRun } from '../../persistence/support/world.js';
import { HeldStore } from './held-store.js';

export type RunState = SnapshotFrom<typeof runMachine>;

let runs = 0;

/** How its pool ends for good. */
export const gone = new EspalierError('ESP_STOPPED', 'nobody starts it again');

/** How the disk fails. */
export const disk = new Error('disk');

/** Where each slot is. */
export function stages({ context: { book } }: RunState) {
  return Array.from({ length: book.summary().total }, (_, index) => book.stage(index));
}

export function slotsIn(state: RunState, stage: ReturnType<typeof stages>[number]): number[] {
  return stages(state).flatMap((each, index) => (each === stage ? [index] : []));
}

/** A pool in which a program ends when the path says so, and in no other way. */
class PlayedPool implements ExecQueue {
  readonly path = '/pool';
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly running = new Map<number, Execution>();
  started = 0;

  watch(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  close: (error: EspalierError) => void = () => undefined;

  whenClosed(closed: (error: EspalierError) => void): Disposable {
    this.close = closed;
    return { [Symbol.dispose]: () => undefined };
  }

  prepare(input: unknown) {
    return { command: ['program', String(input)] as [string, string], shownCommand: [], cwd: '/', env: {} };
  }

  submit(execution: Execution): void {
    const index = Number(execution.request.command[1]);
    expect(this.running.has(index), `slot ${index} runs once at a time`).toBe(false);
    this.running.set(index, execution);
    this.started += 1;
  }

  end(index: number, how: 'succeeded' | 'failed' | 'stopped'): void {
    const execution = this.running.get(index);
    if (!execution) throw new Error(`slot ${index} does not run`);
    this.running.delete(index);
    execution.settle(RESULTS[how]);
  }
}

const ended = { type: 'ended', durationMs: 1, heldOpen: false } as const;
const RESULTS: Readonly<Record<'succeeded' | 'failed' | 'stopped', ExecutionResult>> = {
  succeeded: { ...ended, end: { cause: 'exited', exit: { code: 0, signal: null }, served: true } },
  failed: { ...ended, end: { cause: 'exited', exit: { code: 1, signal: null }, served: true } },
  stopped: { ...ended, end: { cause: 'stopped', exit: { code: null, signal: 'SIGTERM' }, served: true } },
};

/** A coordinator in its cell, with a real dispatcher and a real store; when writes are done and programs end is played. */
export class Driven implements Subject<typeof runMachine> {
  readonly #clock = new SimulatedClock();
  readonly #pool = new PlayedPool();
  readonly #coordinator: Coordinator;
  readonly #cell: Cell;
  readonly #failures: unknown[] = [];
  readonly #run: string;
  #ends = 0;
  /** Slots that the disk, which has failed, still calls running. */
  readonly #unwritten = new Set<number>();
  #step = 0;

  private constructor(
    readonly store: Store,
    readonly held: HeldStore,
    readonly path: MachinePath<typeof runMachine>,
    record: RunRecord | null,
  ) {
    if (!record) throw new Error('no run');
    this.#run = record.run;
    // What asks the time for reasons of its own has a clock of its own, which stands.
    const still = new SimulatedClock();
    const onFault = (error: unknown) => void this.#failures.push(error);
    const flusher = new OutputFlusher(store.outputs, still, onFault);
    const owed = new OwedWrites({ clock: still, isOver: () => false, onFault });
    let spawns = 0;
    const newSpawnId = () => `${record.run}-${++spawns}`;
    const dispatcher = new Dispatcher({ runId: 'host-a', attempts: held.attempts, flusher, owed, newSpawnId });
    const onEnded = () => void this.#ends++;
    const onFailed = (error: unknown) => void this.#failures.push(error);
    const { journal } = store;
    const services = {
      runId: 'host-a',
      runs: held.runs,
      journal,
      dispatcher,
      owed,
      clock: this.#clock,
      onEnded,
      onFailed,
      onClosed: () => undefined,
    };
    this.#coordinator = new Coordinator(
      services,
      record,
      new LocalBackend(execAttempts(this.#pool, '/store.db'), 'host-a'),
    );
    const logic = this.#coordinator.logic();
    this.#cell = new Cell({
      path: `/runs/${record.run}`,
      incarnation: 1,
      ...logic,
      clock: this.#clock,
      role: 'coordinator',
    });
    // It has started when its plan is read; what that becomes is up to the path.
    this.#cell.start().catch(() => undefined);
  }

  static async make(store: Store, policy: RunPolicy, slots: number, path: MachinePath<typeof runMachine>) {
    runs += 1;
    const inputs = Array.from({ length: slots }, (_, index) => String(index));
    const run = await startRun(store, inputs, policy, `run-${runs}`);
    const driven = new Driven(store, new HeldStore(store), path, await store.runs.get(run));
    await settle();
    return driven;
  }

  async perform(event: RunEvent): Promise<void> {
    await this.#do(event);
    this.#step += 1;
    await settle();
  }

  #do(event: RunEvent): Promise<void> | void {
    const { held } = this;
    switch (event.type) {
      case 'plan.loaded':
        return held.take('load').go();
      case 'claim.granted':
        return held.each('claim', (write) => write.go());
      case 'claim.refused':
        return held.each('claim', (write) => write.refuse());
      case 'released':
        return held.each('release', (write) => write.go());
      case 'committed':
        return held.take('commit').go();
      case 'status.set':
        return held.take('status').go();
      case 'place.freed':
        return this.#pool.end(event.index, this.#howEnds(event.index));
      case 'attempt.recorded':
        return this.#record(event.index);
      case 'write.failed':
        return this.#fail(event);
      case 'espalier.stop':
        return void this.#cell.stop('infinity');
      case 'pause':
      case 'resume':
      case 'stop':
        return void this.#cell.send(event);
      case 'place.closed':
        return this.#pool.close(gone);
      case 'capacity.changed':
        throw new Error('only a pool that comes back says so');
      default:
        return event satisfies never;
    }
  }

  /** The end of an attempt is written; if the path has not freed its place before, its program has just been stopped. */
  async #record(index: number): Promise<void> {
    if (this.#pool.running.has(index)) {
      this.#pool.end(index, 'stopped');
      await settle();
    }
    await this.held.take('attempt', index).go();
  }

  async #fail({ write, indexes = [] }: Extract<RunEvent, { type: 'write.failed' }>): Promise<void> {
    if (write === 'attempt' || write === 'release') for (const index of indexes) this.#unwritten.add(index);
    if (write === 'claim' || write === 'release') return this.held.each(write, ({ fail }) => fail(disk));
    this.held.take(write, write === 'attempt' ? indexes[0] : undefined).fail(disk);
  }

  /** How the program must end for what the path says of it later. */
  #howEnds(index: number): keyof typeof RESULTS {
    const later = this.path.events.slice(this.#step + 1);
    const recorded = later.find((event) => event.type === 'attempt.recorded' && event.index === index);
    if (recorded?.type !== 'attempt.recorded') return 'succeeded';
    if (recorded.requeue) return 'stopped';
    return recorded.outcome === 'failed' ? 'failed' : 'succeeded';
  }

  async check(state: RunState): Promise<void> {
    const { value, status, context } = state;
    expect(this.#cell.getSnapshot()).toMatchObject({ value, status });
    // What is asked of store and pool is what the books say, and nothing else.
    const { held } = this;
    expect({
      claiming: held.being('claim'),
      started: [...this.#pool.running.keys()].sort(),
      recording: held.being('attempt'),
      releasing: held.being('release'),
      committing: held.being('commit'),
      statuses: held.writes.filter(({ name }) => name === 'status').length,
    }).toEqual({
      claiming: slotsIn(state, 'claiming'),
      started: slotsIn(state, 'started'),
      recording: slotsIn(state, 'recording'),
      releasing: slotsIn(state, 'releasing'),
      committing: context.book.committing,
      statuses: context.book.statusWrites,
    });
    const isStopping = /cancelling|stopping|interrupting|failing/.test(JSON.stringify(value));
    for (const { request } of this.#pool.running.values()) expect(request.signal?.aborted).toBe(isStopping);
    if (context.loaded) expect(await this.#onDisk()).toEqual(this.#expectedOnDisk(state));
    if (status === 'done') await this.#checkEnd(value);
  }

  async #onDisk(): Promise<readonly number[]> {
    return [...(await this.store.runs.plan(this.#run))];
  }

  #expectedOnDisk(state: RunState): readonly number[] {
    return stages(state).map((stage, index) => (this.#unwritten.has(index) ? RUNNING : ON_DISK[stage]));
  }

  async #checkEnd(value: RunState['value']): Promise<void> {
    expect([this.#ends, this.#failures]).toEqual([1, value === 'failed' ? [disk] : []]);
    expect(this.#clock.pending, 'nobody looks for wishes any more').toEqual([]);
    const record = await this.store.runs.get(this.#run);
    const written = value === 'parked' ? 'paused' : value;
    if (value !== 'failed') expect(record?.status).toBe(written);
  }

  /** It crashes here, wherever here is: all that it had begun is queued again, or was recorded before. */
  async close(): Promise<void> {
    await this.#cell.kill();
    const gone = this.#coordinator.abandon();
    for (const [index, { request }] of this.#pool.running) {
      expect(request.signal?.aborted).toBe(true);
      this.#pool.end(index, 'stopped');
    }
    await this.held.open();
    await gone;
    const running = (await this.#onDisk()).flatMap((byte, index) => (byte === RUNNING ? [index] : []));
    expect(running).toEqual([...this.#unwritten].sort());
    expect(this.#clock.pending).toEqual([]);
  }
}

const RUNNING = 1;
const ON_DISK = {
  pending: 0,
  claiming: 0,
  ready: 1,
  started: 1,
  recording: 1,
  releasing: 1,
  finished: 2,
  committed: 3,
};

/** Lets every answer arrive: no time passes on the simulated clock. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProtocolPoolOptions } from '../../../src/actors/call/protocol-pool-options.js';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { poolAt } from '../../../src/actors/handles/standing-pool.js';
import { pool } from '../../../src/actors/specs/pool.js';
import { startChild } from '../../../src/actors/tree/child.js';
import { systemClock } from '../../../src/clock.js';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { type AttemptRef, attemptKey, type Dispatch } from '../../../src/work/backends/contract.js';
import { LocalBackend } from '../../../src/work/backends/local.js';
import { callAttempts } from '../../../src/work/backends/local-call.js';
import { ProcessTree, ProcessWorld } from '../../system/support/process-tree.js';
import { keptFolder } from '../../system/support/support.js';
import { SDKS, type Sdk, stuck } from '../../system/support/workers.js';
import { until } from '../../transport/process/support.js';
import { type Behaviour, type Bench, how, listen, submit } from './bench.js';
import { conforms, WAITING_CASES } from './conformance.js';

const SIZE = 3;

const PATH = '/w';

/** Where the method of an attempt says that it runs, and is told to end. */
class Marks {
  readonly #folder = keptFolder();

  of(attempt: AttemptRef): string {
    return join(this.#folder[0], attemptKey(attempt).replaceAll(/\W/g, '-'));
  }

  /** The workers that have begun it, in their order. */
  pids(attempt: AttemptRef): number[] {
    const mark = this.of(attempt);
    return existsSync(mark) ? readFileSync(mark, 'utf8').split('\n').slice(0, -1).map(Number) : [];
  }

  [Symbol.dispose](): void {
    this.#folder[1]();
  }
}

/** A pool of real workers, whose methods end when the suite says so. */
class CallBench implements Bench {
  readonly backend: LocalBackend;
  readonly unfit = { behaviour: 'quick' };
  /** Which worker was said to have which attempt. */
  readonly told: [AttemptRef, pid: number][] = [];
  readonly #marks = new Marks();
  readonly #begun: AttemptRef[] = [];

  private constructor(
    readonly world: ProcessWorld,
    readonly cell: Cell,
  ) {
    const { runId, host } = world;
    const find = () => host.knownPool(PATH);
    const watch = (changed: () => void) => host.watchPool(PATH, changed);
    const whenClosed = () => ({ [Symbol.dispose]: () => undefined });
    const started = (attempt: AttemptRef, { pid }: { readonly pid: number }) => void this.told.push([attempt, pid]);
    this.backend = new LocalBackend(
      callAttempts(PATH, { clock: systemClock, runId, find, watch, whenClosed, started, desk: null }),
      runId,
    );
  }

  static async make(sdk: Sdk, options: Partial<ProtocolPoolOptions> = {}): Promise<CallBench> {
    const world = await ProcessWorld.make();
    const more = { size: SIZE, prefetch: 0, graceMs: 300, cancelGraceMs: 100, ...options };
    const child = pool({ id: 'w', command: [...stuck[sdk]], ...more });
    const env = { ...new ProcessTree(world).environment, clock: systemClock };
    const started = await startChild(env, '/', child, 1, () => undefined);
    if (started === 'ignore') throw new Error('ignored');
    const bench = new CallBench(world, started.cell);
    await until('all its workers serve', () => bench.#pool.load().serving === more.size, 30_000);
    return bench;
  }

  get #pool() {
    return poolAt(PATH, () => this.world.host.knownPool(PATH));
  }

  dispatch(job: string, behaviour: Behaviour, epoch: number): Dispatch {
    const attempt = { jobId: slotJobId(job, 0), epoch, attempt: epoch };
    const input = { mark: this.#marks.of(attempt), behaviour };
    return { ...attempt, input, index: 0, method: 'work', timeoutMs: null, context: null, spawnId: null };
  }

  async began(attempt: AttemptRef): Promise<void> {
    await until('it runs', () => this.executions(attempt) > 0, 30_000);
    this.#begun.push(attempt);
  }

  letGo(attempt: AttemptRef): void {
    writeFileSync(`${this.#marks.of(attempt)}.go`, '');
  }

  executions(attempt: AttemptRef): number {
    return this.#marks.pids(attempt).length;
  }

  /** The worker that has begun it. */
  pid(attempt: AttemptRef): number | undefined {
    return this.#marks.pids(attempt)[0];
  }

  close(): Promise<void> {
    return this.#pool.drain();
  }

  reopen(): void {
    this.#pool.resume();
  }

  crash(): void {
    for (const attempt of this.#begun) for (const pid of this.#marks.pids(attempt)) process.kill(pid, 'SIGKILL');
  }

  /** The pool ends as its supervisor ends it. */
  async stopPool(): Promise<void> {
    await this.cell.stop('infinity');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopPool();
    await this.world.host.close();
    this.#marks[Symbol.dispose]();
  }
}

describe.for(SDKS)('workers in %s', (sdk) => {
  conforms('calls of this host', () => CallBench.make(sdk), WAITING_CASES);

  test('a call whose worker is stopped with its pool was interrupted: that is no loss', async () => {
    await using bench = await CallBench.make(sdk);
    const ear = listen(bench);
    const { dispatch } = await submit(bench, 'a', 'held');
    await bench.began(dispatch);
    await bench.stopPool();
    expect(how((await ear.heard(dispatch)).outcome)).toBe('interrupted');
  });

  test('a call that waits when its pool is stopped is given back as it came', async () => {
    await using bench = await CallBench.make(sdk, { size: 1 });
    const ear = listen(bench);
    const [runs, waits] = [await submit(bench, 'a', 'held'), await submit(bench, 'b', 'held')];
    await bench.began(runs.dispatch);
    await bench.stopPool();
    expect((await ear.heard(waits.dispatch)).outcome).toEqual({ type: 'attempt.withdrawn' });
    expect(bench.executions(waits.dispatch)).toBe(0);
  });

  test('a call begins when a worker has it, which is said, and takes as long as that', async () => {
    await using bench = await CallBench.make(sdk, { size: 1 });
    const ear = listen(bench);
    const since = performance.now();
    const [first, next] = [await submit(bench, 'a', 'held'), await submit(bench, 'b', 'quick')];
    await bench.began(first.dispatch);
    await until('a while is over', () => performance.now() - since > 1000, 30_000);
    bench.letGo(first.dispatch);
    const { outcome } = await ear.heard(next.dispatch);
    expect(how(outcome)).toBe('succeeded');
    expect(bench.told).toEqual([first, next].map(({ ticket: { attempt } }) => [attempt, bench.pid(attempt)]));
    expect('durationMs' in outcome && outcome.durationMs).toBeLessThan(1000);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { Cell } from '../../../src/actors/cell/cell.js';
import type { Execution, ExecutionResult } from '../../../src/actors/exec/execution.js';
import { EspalierError } from '../../../src/errors.js';
import { OwedWrites } from '../../../src/host/owed-writes.js';
import type { RunPolicy } from '../../../src/machines/work/run-policy.js';
import type { Store } from '../../../src/persistence/store.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { LocalBackend } from '../../../src/work/backends/local.js';
import { type ExecQueue, execAttempts } from '../../../src/work/backends/local-exec.js';
import { Dispatcher } from '../../../src/work/dispatch/dispatcher.js';
import { OutputFlusher } from '../../../src/work/dispatch/output-flusher.js';
import { Coordinator } from '../../../src/work/runs/coordinator.js';
import { journal, newFile, open, openHost, startRun } from '../../persistence/support/world.js';
import { soon } from '../../support/soon.js';

/** A pool whose programs end when the test says so, or when they are stopped. */
class HandPool implements ExecQueue {
  readonly path = '/pool';
  capacity = Number.POSITIVE_INFINITY;
  #changed = (): void => undefined;
  readonly running: Execution[] = [];
  submitted = 0;

  watch(changed: () => void): Disposable {
    this.#changed = changed;
    return { [Symbol.dispose]: () => undefined };
  }

  whenClosed(closed: (error: EspalierError) => void): Disposable {
    this.close = closed;
    return { [Symbol.dispose]: () => undefined };
  }

  /** It has ended for good. */
  close: (error: EspalierError) => void = () => undefined;

  /** It takes so many from now on. */
  resize(capacity: number): void {
    this.capacity = capacity;
    this.#changed();
  }

  prepare(input: unknown) {
    return { command: ['program', String(input)] as [string, string], shownCommand: [], cwd: '/', env: {} };
  }

  submit(execution: Execution): void {
    this.submitted += 1;
    this.running.push(execution);
    const { signal } = execution.request;
    signal?.addEventListener('abort', () => this.settle(execution, 'stopped'), { once: true });
  }

  settle(execution: Execution, cause: 'exited' | 'stopped'): void {
    this.running.splice(this.running.indexOf(execution), 1);
    const exit = { code: cause === 'exited' ? 0 : null, signal: cause === 'exited' ? null : ('SIGTERM' as const) };
    execution.settle({ type: 'ended', end: { cause, exit, served: true }, durationMs: 1, heldOpen: false });
  }

  /** Ends the program that has run longest. */
  end(result?: ExecutionResult): void {
    const [execution] = this.running;
    if (!execution) throw new Error('nothing runs');
    if (!result) return this.settle(execution, 'exited');
    this.running.shift();
    execution.settle(result);
  }
}

async function drive(
  inputs: readonly string[],
  options: {
    policy?: Partial<RunPolicy>;
    /** Of the pool, when the run begins. */
    capacity?: number;
    runs?: Partial<Store['runs']>;
    attempts?: (store: Store) => Partial<Store['attempts']>;
  } = {},
) {
  const file = newFile();
  const store = await openHost(file, 'host-a', { synchronous: 'normal' });
  const clock = new SimulatedClock();
  const run = await startRun(store, inputs, { concurrency: 1, ...options.policy });
  const pool = new HandPool();
  pool.capacity = options.capacity ?? pool.capacity;
  const failures: unknown[] = [];
  let spawns = 0;
  const newSpawnId = () => `s${++spawns}`;
  const flusher = new OutputFlusher(store.outputs, clock, (error) => void failures.push(error));
  const owed = new OwedWrites({ clock, isOver: () => false, onFault: (error) => void failures.push(error) });
  const attempts = { ...store.attempts, ...options.attempts?.(store) };
  const dispatcher = new Dispatcher({ runId: 'host-a', attempts, flusher, owed, newSpawnId });
  let reads = 0;
  const get = (id: string) => {
    reads += 1;
    return store.runs.get(id);
  };
  const make = async () => {
    const record = await store.runs.get(run);
    if (!record) throw new Error('no run');
    const runs = { ...store.runs, get, ...options.runs };
    const onFailed = (error: unknown) => void failures.push(error);
    const coordinator = new Coordinator(
      {
        runId: 'host-a',
        runs,
        journal: store.journal,
        dispatcher,
        owed,
        clock,
        onEnded: () => undefined,
        onFailed,
        onClosed: onFailed,
      },
      record,
      new LocalBackend(execAttempts(pool, '/store.db'), 'host-a'),
    );
    const cell = new Cell({ path: `/runs/${run}`, incarnation: 1, ...coordinator.logic(), clock, role: 'coordinator' });
    await cell.start();
    return { coordinator, cell };
  };
  const status = async () => (await store.runs.get(run))?.status;
  const counts = { spawned: () => spawns, reads: () => reads };
  return { store, file, clock, run, pool, failures, ...counts, make, status, ...(await make()) };
}

const runs = (pool: HandPool, count: number) =>
  vi.waitUntil(() => pool.running.length === count, { ...soon, interval: 1 });

describe('a coordinator', () => {
  it('runs every slot once and ends', async () => {
    const { pool, cell, status } = await drive(['a', 'b', 'c']);
    for (let n = 0; n < 3; n += 1) {
      await runs(pool, 1);
      pool.end();
    }
    expect(await cell.exited).toMatchObject({ kind: 'normal', output: { end: 'completed' } });
    expect([pool.submitted, await status()]).toEqual([3, 'completed']);
  });

  it('claims nothing while its pool is away, and goes on as soon as that says that it is back', async () => {
    const { pool, cell, clock, store, spawned } = await drive(['a', 'b', 'c']);
    await runs(pool, 1);
    pool.resize(0);
    pool.end();
    await vi.waitUntil(async () => (await store.runs.get('run'))?.counts.succeeded === 1, { ...soon, interval: 1 });
    await vi.waitUntil(async () => [...(await store.runs.plan('run'))].join('') === '310', { ...soon, interval: 1 });
    const claims = spawned();
    for (let looks = 0; looks < 5; looks += 1) {
      clock.increment(200);
      await store.journal.head();
    }
    expect([spawned(), pool.submitted]).toEqual([claims, 1]);
    // The clock stands from here on: nobody looks.
    pool.resize(1);
    for (let n = 0; n < 2; n += 1) {
      await runs(pool, 1);
      pool.end();
    }
    expect(await cell.exited).toMatchObject({ kind: 'normal' });
  });

  it('runs again what was withdrawn unrun or stopped with its worker, and counts neither', async () => {
    const { pool, cell, store } = await drive(['a']);
    await runs(pool, 1);
    pool.end({ type: 'withdrawn', reason: new Error('the queue has stopped') });
    await runs(pool, 1);
    const end = { cause: 'stopped', exit: { code: null, signal: 'SIGKILL' }, served: true } as const;
    pool.end({ type: 'ended', end, durationMs: 1, heldOpen: false });
    await runs(pool, 1);
    pool.end();
    await cell.exited;
    expect(await store.runs.rows('run', 0, 9)).toMatchObject([{ status: 'succeeded', attempts: 1 }]);
  });

  it('runs nothing again whose program may still run, whatever its policy', async () => {
    const { pool, cell, store } = await drive(['a', 'b'], { policy: { retries: 5 } });
    const unproven = 'process 7 does not end; may still run: 7 (no cookie)';
    for (const cause of ['stopped', 'timed_out'] as const) {
      await runs(pool, 1);
      const end = { cause, exit: null, served: true } as const;
      pool.end({ type: 'ended', end, durationMs: 1, heldOpen: false, unproven });
    }
    await cell.exited;
    expect([pool.submitted, pool.running.length]).toEqual([2, 0]);
    expect(await store.runs.rows('run', 0, 9)).toMatchObject([
      { status: 'failed', error: { code: 'ESP_QUARANTINED', message: unproven } },
      { status: 'timed_out', error: { code: 'ESP_TIMEOUT' } },
    ]);
    expect((await store.processes.present()).map(({ state }) => state)).toEqual(['suspect', 'suspect']);
  });

  it('gives up a slot whose end nobody saw three times', async () => {
    const { pool, cell, store } = await drive(['a']);
    for (let n = 0; n < 3; n += 1) {
      await runs(pool, 1);
      const end = { cause: 'exited', exit: { code: null, signal: null }, served: true } as const;
      pool.end({ type: 'ended', end, durationMs: 1, heldOpen: false });
    }
    await cell.exited;
    expect(await store.runs.rows('run', 0, 9)).toMatchObject([
      { status: 'failed', error: { code: 'ESP_WORKER_EXITED' } },
    ]);
  });

  it.each(['pause', 'stop'] as const)(
    'follows what another process wishes, and nobody looks for it: %s',
    async (wish) => {
      const { pool, cell, clock, file, status } = await drive(['a', 'b']);
      await runs(pool, 1);
      const other = await open(file);
      await other.runs.wish('run', wish);
      const heard = wish === 'pause' ? 'pausing' : 'stopped';
      await vi.waitFor(() => expect(cell.getSnapshot()).toMatchObject({ value: heard }), soon);
      if (wish === 'pause') pool.end();
      await vi.waitUntil(async () => (await status()) === (wish === 'pause' ? 'paused' : 'stopped'), {
        ...soon,
        interval: 1,
      });
      expect([pool.running, clock.pending]).toEqual([[], []]);
    },
  );

  it('reads nothing while nothing happens, nor for what happens to others', async () => {
    const { pool, file, store, reads } = await drive(['a', 'b']);
    await runs(pool, 1);
    await vi.waitUntil(() => reads() === 1, soon);
    const other = await openHost(file, 'host-b');
    using woken = store.journal.watch({ run: 'theirs' });
    for (let n = 0; n < 3; n += 1) {
      await store.hosts.heartbeat('host-a');
      await other.journal.append([
        { type: 'run.asked', data: { run: 'theirs', wish: 'pause' }, ctx: { run: 'theirs' } },
      ]);
      await woken.next();
    }
    expect(reads()).toBe(1);
  });
});

describe('a coordinator whose pool has ended for good', () => {
  const error = new EspalierError('ESP_WORKER_BOOT', 'no worker of pool /pool became ready');

  it.each(['at work', 'waiting for it', 'paused'])('leaves its run interrupted, and says why: %s', async (is) => {
    const { pool, cell, store, failures } = await drive(['a', 'b'], { capacity: is === 'waiting for it' ? 0 : 2 });
    if (is !== 'waiting for it') await runs(pool, 1);
    if (is === 'paused') {
      cell.send({ type: 'pause' });
      pool.end();
      await vi.waitFor(() => expect(cell.getSnapshot()).toMatchObject({ value: 'paused' }), soon);
    }
    pool.close(error);
    expect(await cell.exited).toMatchObject({ kind: 'normal', output: { end: 'interrupted' } });
    expect(pool.running).toEqual([]);
    expect(failures).toMatchObject([{ code: error.code, message: error.message, context: { run: 'run' } }]);
    const ends = (await journal(store)).filter(({ type }) => type === 'run.interrupted');
    expect(ends.map(({ data }) => data)).toEqual([{ run: 'run', reason: `${error.code}: ${error.message}` }]);
    expect((await store.runs.get('run'))?.status).toBe('interrupted');
    expect([...(await store.runs.plan('run'))]).toEqual(is === 'paused' ? [3, 0] : [0, 0]);
  });
});

describe('a coordinator that cannot go on', () => {
  it('says so and ends when its run cannot be read any more', async () => {
    const boom = new Error('unreadable');
    let reads = 0;
    const get = async () => {
      reads += 1;
      if (reads > 1) throw boom;
      return null;
    };
    const { pool, cell, store, failures } = await drive(['a', 'b'], { runs: { get } });
    await runs(pool, 1);
    await store.runs.wish('run', 'pause');
    expect(await cell.exited).toMatchObject({ kind: 'normal', output: { end: 'failed', error: boom } });
    expect([reads, failures, pool.running]).toEqual([2, [boom], []]);
  });

  it('says so and ends when the store is closed', async () => {
    const { pool, cell, store, failures } = await drive(['a', 'b']);
    await runs(pool, 1);
    await store.close();
    expect(await cell.exited).toMatchObject({ output: { end: 'failed', error: { code: 'ESP_STOPPED' } } });
    expect(failures).toMatchObject([{ code: 'ESP_STOPPED' }]);
  });

  it('says so and ends when its host was declared dead', async () => {
    const { pool, cell, store } = await drive(['a', 'b']);
    await runs(pool, 1);
    await store.hosts.fence('host-a', 'host-b');
    pool.end();
    expect(await cell.exited).toMatchObject({ output: { end: 'failed', error: { code: 'ESP_FENCED' } } });
    expect([...(await store.runs.plan('run'))]).toEqual([0, 0]);
  });
});

describe('a coordinator that was killed', () => {
  it('is followed by one that finds all it had begun queued again', async () => {
    const { pool, cell, coordinator, make, store, status } = await drive(['a', 'b', 'c'], {
      policy: { concurrency: 2 },
    });
    await runs(pool, 2);
    await cell.kill();
    await coordinator.abandon();
    expect([pool.running, [...(await store.runs.plan('run'))]]).toEqual([[], [0, 0, 0]]);
    const next = await make();
    await runs(pool, 2);
    pool.end();
    await vi.waitUntil(() => pool.submitted === 5, { ...soon, interval: 1 });
    pool.end();
    pool.end();
    await next.cell.exited;
    expect(await status()).toBe('completed');
  });

  it('gives back a claim that was granted after its end', async () => {
    const { pool, cell, coordinator, store } = await drive(['a', 'b', 'c']);
    // The claims of its first step are under way.
    await cell.kill();
    await coordinator.abandon();
    await store.journal.head();
    expect([pool.running, [...(await store.runs.plan('run'))]]).toEqual([[], [0, 0, 0]]);
  });

  it.each([
    { how: 'ended by itself', end: 'succeeded', runsAgain: 0 },
    { how: 'was stopped with it', end: 'stopped', runsAgain: 1 },
  ] as const)(
    'is followed by one that knows the end of a slot which $how, and which the disk was too full for',
    async (of) => {
      let isFull = false;
      const taken = <A extends unknown[], R>(write: (...args: A) => Promise<R>) => {
        return async (...args: A): Promise<R> => {
          if (isFull) throw new EspalierError('ESP_STORE_FULL', 'the disk is full');
          return write(...args);
        };
      };
      const attempts = ({ attempts: { finish, release } }: Store) => ({
        finish: taken(finish),
        release: taken(release),
      });
      const { pool, cell, coordinator, make, store, status } = await drive(['a', 'b'], { attempts });
      await runs(pool, 1);
      // The second is claimed, for the place that becomes free.
      await vi.waitUntil(async () => [...(await store.runs.plan('run'))].join('') === '11', { ...soon, interval: 1 });
      isFull = true;
      await cell.kill();
      if (of.end === 'succeeded') pool.end();
      await coordinator.abandon();
      isFull = false;
      const next = await make();
      for (let left = 1 + of.runsAgain; left > 0; left -= 1) {
        await runs(pool, 1);
        pool.end();
      }
      await next.cell.exited;
      expect([await status(), pool.submitted]).toEqual(['completed', 2 + of.runsAgain]);
      expect(await store.runs.rows('run', 0, 9)).toMatchObject([
        { status: 'succeeded', attempts: 1 },
        { status: 'succeeded', attempts: 1 },
      ]);
    },
  );
});

import type { Execution } from '../../../src/actors/exec/execution.js';
import { EspalierError } from '../../../src/errors.js';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import { attemptKey } from '../../../src/work/backends/contract.js';
import { LocalBackend } from '../../../src/work/backends/local.js';
import { type ExecQueue, execAttempts } from '../../../src/work/backends/local-exec.js';
import type { Bench } from './bench.js';
import { conforms, WAITING_CASES } from './conformance.js';

const SIZE = 3;

const keyOf = ({ jobId, attempt }: { jobId: string | null; attempt: number | null }) => `${attempt} ${jobId}`;

/** A queue of programs that end when the suite says so, or when they are stopped; those beyond its size wait. */
class PlayedQueue implements ExecQueue {
  readonly path = '/pool';
  capacity = SIZE;
  readonly running = new Map<string, Execution>();
  readonly #waiting = new Map<string, Execution>();
  readonly executed: string[] = [];
  #changed = (): void => undefined;

  watch(changed: () => void): Disposable {
    this.#changed = changed;
    return { [Symbol.dispose]: () => undefined };
  }

  resize(capacity: number): void {
    this.capacity = capacity;
    this.#changed();
  }

  whenClosed(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  prepare(input: unknown) {
    if (typeof input !== 'string') throw new EspalierError('ESP_INVALID', 'the input fits no program');
    return { command: ['program', input] as [string, string], shownCommand: [], cwd: '/', env: {} };
  }

  submit(execution: Execution): void {
    const { request } = execution;
    const key = keyOf(request);
    request.signal?.addEventListener('abort', () => this.#stop(key), { once: true });
    if (this.running.size < SIZE) this.#begin(key, execution);
    else this.#waiting.set(key, execution);
  }

  end(key: string, cause: 'exited' | 'stopped', code: number | null): void {
    const execution = this.running.get(key);
    this.running.delete(key);
    const end = { cause, exit: { code, signal: null }, served: true };
    execution?.settle({ type: 'ended', end, durationMs: 1, heldOpen: false });
    const [next] = this.#waiting;
    if (!next || this.running.size >= SIZE) return;
    this.#waiting.delete(next[0]);
    this.#begin(...next);
  }

  #begin(key: string, execution: Execution): void {
    const [, behaviour] = execution.request.command;
    this.executed.push(key);
    this.running.set(key, execution);
    if (behaviour === 'quick') this.end(key, 'exited', 0);
    if (behaviour === 'broken') this.end(key, 'exited', 1);
  }

  #stop(key: string): void {
    const waits = this.#waiting.get(key);
    if (!waits) return this.end(key, 'stopped', null);
    this.#waiting.delete(key);
    waits.settle({ type: 'withdrawn', reason: 'stopped' });
  }
}

async function bench(): Promise<Bench> {
  const queue = new PlayedQueue();
  return {
    backend: new LocalBackend(execAttempts(queue, '/store.db'), 'host-a'),
    dispatch: (job, input, epoch) => {
      const jobId = slotJobId(job, 0);
      const spawnId = attemptKey({ jobId, epoch, attempt: epoch });
      return { jobId, epoch, attempt: epoch, input, index: 0, method: null, timeoutMs: null, context: null, spawnId };
    },
    began: async () => undefined,
    letGo: (attempt) => queue.end(keyOf(attempt), 'exited', 0),
    executions: (attempt) => queue.executed.filter((key) => key === keyOf(attempt)).length,
    close: async () => queue.resize(0),
    reopen: () => queue.resize(SIZE),
    // An end that nobody saw.
    crash: () => {
      for (const key of [...queue.running.keys()]) queue.end(key, 'exited', null);
    },
    unfit: 7,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

conforms('programs of this host', bench, WAITING_CASES);

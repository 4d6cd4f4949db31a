import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import { judge } from '../../machines/exits/outcome.js';
import type { WorkerEnd } from '../../machines/worker/worker.js';
import { signal as abortSignal, checkOptions, fields, kind, milliseconds, oneOf } from '../../options.js';
import { hasHalf, streamTexts } from '../../stream-text.js';
import { TimeLimit } from '../../time-limit.js';
import { ControlledPool } from '../handles/controlled-pool.js';
import type { ExecBytesOptions, ExecOptions, ExecResult, SomeExecOptions } from '../handles/exec-options.js';
import type { ExecPool } from '../handles/pool-handle.js';
import type { PoolForHandle } from '../pool/pool-actor.js';
import type { Program } from '../worker/program.js';
import { overrideRules } from '../worker/program-rules.js';
import type { ExecSeat } from './exec-seat.js';
import { Execution, type ExecutionRequest, type ExecutionResult } from './execution.js';

const execRule = fields<SomeExecOptions & { readonly encoding?: 'text' | 'bytes' | undefined }>({
  ...overrideRules,
  stdin: kind('text of whole characters, or bytes', (value) =>
    typeof value === 'string' ? !hasHalf(value) : value instanceof Uint8Array,
  ),
  timeout: milliseconds(1),
  signal: abortSignal,
  encoding: oneOf('text', 'bytes'),
});

export interface ExecPoolParts extends PoolForHandle<ExecSeat> {
  readonly program: Program;
  readonly clock: Clock;
  newSpawnId(): string;
}

/** One incarnation of an exec pool. */
export class LiveExecPool extends ControlledPool implements ExecPool {
  readonly mode = 'exec';
  readonly #parts: ExecPoolParts;
  #calls = 0;

  constructor(parts: ExecPoolParts) {
    super(parts);
    this.#parts = parts;
  }

  exec(input: unknown, options: ExecBytesOptions): Promise<ExecResult<Uint8Array>>;
  exec(input: unknown, options?: ExecOptions): Promise<ExecResult>;
  async exec(
    input: unknown,
    options: ExecOptions | ExecBytesOptions = {},
  ): Promise<ExecResult | ExecResult<Uint8Array>> {
    checkOptions(() => `pool ${this.path}: exec`, options, execRule);
    const { timeout, signal, encoding = 'text' } = options;
    const limit = new TimeLimit(this.#parts.clock, timeout, signal);
    try {
      // A signal costs something: without a limit there is none.
      const isLimited = timeout !== undefined || signal !== undefined;
      const execution = this.#execution(input, options, isLimited ? limit.signal : undefined);
      this.submit(execution);
      const result = await execution.result;
      if (result.type === 'ended' && result.end.cause !== 'stopped') return left(execution, result, encoding);
      // A program that ended before it was reached has had its say above; from here on there is none.
      if (limit.isLate) throw this.#late(timeout);
      if (signal?.aborted) throw givenUp(signal.reason);
      throw result.type === 'withdrawn' ? refusal(result.reason) : stopped(this.path);
    } finally {
      limit.end();
    }
  }

  prepare(input: unknown, index: number): Pick<ExecutionRequest, 'command' | 'argv0' | 'shownCommand' | 'cwd' | 'env'> {
    return this.#parts.program.prepare(input, index);
  }

  /** Whether it takes work now: not while its queue is being restarted, nor while it is drained. */
  get isOpen(): boolean {
    return this.#parts.queue()?.isOpen === true;
  }

  /** @param patient whether it waits for room in a full queue, whatever the pool's policy */
  submit(execution: Execution, patient = false): void {
    const refuse = (reason: unknown) => execution.settle({ type: 'withdrawn', reason });
    const queue = this.#parts.queue();
    if (!queue) return refuse(this.#parts.refusal());
    const { signal } = execution.request;
    queue.submit({ signal, patient, begin: (seat) => seat.execute(execution), refuse });
  }

  #execution(input: unknown, options: SomeExecOptions, signal: AbortSignal | undefined): Execution {
    this.#calls += 1;
    return new Execution({
      spawnId: this.#parts.newSpawnId(),
      registered: false,
      jobId: null,
      attempt: null,
      stdin: bytes(options.stdin),
      timeoutMs: null,
      signal,
      ...this.#parts.program.prepare(input, this.#calls - 1, options),
    });
  }

  #late(timeout: number | undefined): EspalierError {
    return new EspalierError('ESP_TIMEOUT', `pool ${this.path}: not done within ${timeout} ms`, {
      context: { pool: this.path, timeout },
    });
  }
}

function bytes(stdin: Uint8Array | string | undefined): Uint8Array | undefined {
  if (typeof stdin === 'string') return new TextEncoder().encode(stdin);
  return stdin;
}

/** @throws EspalierError when nobody knows what the program left behind */
function left(
  execution: Execution,
  { end, durationMs }: Extract<ExecutionResult, { type: 'ended' }>,
  encoding: 'text' | 'bytes',
): ExecResult | ExecResult<Uint8Array> {
  const verdict = judge(end, null);
  if (end.cause !== 'exited' || !end.exit || verdict.outcome === 'lost') throw failure(end);
  const { dropped, ...streams } = execution.capture.take();
  const { code, signal } = end.exit;
  const how = { exitCode: code, signal, durationMs, truncated: dropped };
  return encoding === 'bytes' ? { ...streams, ...how } : { ...streamTexts(streams), ...how };
}

function failure({ cause, error }: WorkerEnd): EspalierError {
  const { code, message } = error ?? { code: 'ESP_WORKER_EXITED', message: 'its end was not seen' };
  if (code === 'ESP_STOPPED') return new EspalierError(code, message);
  const hasStarted = cause !== 'spawn_failed' || code === 'ESP_WORKER_EXITED';
  return new EspalierError(hasStarted ? 'ESP_WORKER_EXITED' : 'ESP_SPAWN', message, { context: { code } });
}

function givenUp(cause: unknown): EspalierError {
  return new EspalierError('ESP_ABORTED', 'the execution was given up', { cause });
}

function stopped(path: string): EspalierError {
  return new EspalierError('ESP_STOPPED', `pool ${path}: the worker was stopped while it ran this`);
}

function refusal(reason: unknown): EspalierError {
  if (reason instanceof EspalierError) return reason;
  return new EspalierError('ESP_STOPPED', 'the execution was withdrawn', { cause: reason });
}

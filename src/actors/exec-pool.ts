import { EspalierError } from '../errors.js';
import { judge } from '../machines/outcome.js';
import type { DispatchPool } from './dispatcher.js';
import type { ExecOverrides, ExecProgram } from './exec-program.js';
import type { ExecSlot } from './exec-slot.js';
import { Execution, type ExecutionRequest, type ExecutionResult } from './execution.js';
import type { PoolDoor } from './pool-actor.js';
import { Pool } from './pool-handle.js';

export interface ExecOptions extends ExecOverrides {
  /** Bytes or text for standard input; without it the program reads an end of file. */
  readonly stdin?: Uint8Array | string | undefined;
  /** For queue and run together, in milliseconds; none by default. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a program left behind. */
export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  /** Only the last 1 MiB of a stream is kept; true when something was dropped. */
  readonly truncated: boolean;
}

export interface ExecPoolParts extends PoolDoor<ExecSlot> {
  readonly program: ExecProgram;
  newSpawnId(): string;
}

/** A pool that runs one program per request. */
export class ExecPool extends Pool implements DispatchPool {
  readonly mode = 'exec';
  readonly #parts: ExecPoolParts;
  #calls = 0;

  constructor(parts: ExecPoolParts) {
    super();
    this.#parts = parts;
  }

  override get path(): string {
    return this.#parts.path;
  }

  /** Resolves when every slot can take work. */
  override ready(): Promise<void> {
    return this.#parts.ready();
  }

  /**
   * Runs the pool's program for one input and resolves with what it left behind, whatever its exit code.
   *
   * @throws EspalierError `ESP_INVALID` when the input does not fit the command, `ESP_SPAWN` when the program does not
   * start, `ESP_TIMEOUT`, `ESP_ABORTED` (with the signal's reason as cause), `ESP_QUEUE_FULL`, `ESP_STOPPED`
   * @example
   * const { stdout } = await system.pool('shell').exec({ script: 'df -h /' }, { timeout: 5000 });
   */
  override async exec(input: unknown, options: ExecOptions = {}): Promise<ExecResult> {
    const { timeout, signal } = options;
    signal?.throwIfAborted();
    const limit = timeout === undefined ? null : AbortSignal.timeout(timeout);
    const signals = [limit, signal].filter((it) => it !== null && it !== undefined);
    const execution = this.#execution(input, options, signals.length > 0 ? AbortSignal.any(signals) : undefined);
    this.submit(execution);
    const result = await execution.result;
    if (limit?.aborted && !signal?.aborted) throw this.#late(timeout);
    return this.#settle(execution, result);
  }

  prepare(input: unknown, index: number): Pick<ExecutionRequest, 'command' | 'cwd' | 'env'> {
    return this.#parts.program.prepare(input, index);
  }

  submit(execution: Execution): void {
    const refuse = (reason: unknown) => execution.settle({ type: 'withdrawn', reason });
    const queue = this.#parts.queue();
    if (!queue) return refuse(new EspalierError('ESP_STOPPED', `pool ${this.path} takes no work now`));
    const { signal } = execution.request;
    queue.submit({ signal, begin: (slot) => slot.execute(execution), refuse });
  }

  #execution(input: unknown, options: ExecOptions, signal: AbortSignal | undefined): Execution {
    this.#calls += 1;
    const { stdin } = options;
    return new Execution({
      ...this.#parts.program.prepare(input, this.#calls - 1, options),
      spawnId: this.#parts.newSpawnId(),
      registered: false,
      jobId: null,
      attempt: null,
      stdin: typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin,
      timeoutMs: null,
      signal,
    });
  }

  #settle(execution: Execution, result: ExecutionResult): ExecResult {
    if (result.type === 'withdrawn') throw asError(result.reason);
    const verdict = judge(result.end, null);
    if (verdict.outcome === 'interrupted') throw asError(execution.request.signal?.reason);
    if (result.end.cause !== 'exited' || !result.end.exit) {
      const { code, message } = result.end.error ?? { code: 'ESP_WORKER_EXITED', message: 'its end was not seen' };
      throw new EspalierError(code === 'ESP_SPAWN' ? code : 'ESP_WORKER_EXITED', message);
    }
    const { stdout, stderr, dropped } = execution.capture.take();
    const decoder = new TextDecoder();
    const { code, signal } = result.end.exit;
    return {
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
      exitCode: code,
      signal,
      durationMs: result.durationMs,
      truncated: dropped,
    };
  }

  #late(timeout: number | undefined): EspalierError {
    return new EspalierError('ESP_TIMEOUT', `pool ${this.path}: not done within ${timeout} ms`, {
      context: { pool: this.path, timeout },
    });
  }
}

function asError(reason: unknown): EspalierError {
  if (reason instanceof EspalierError) return reason;
  return new EspalierError('ESP_ABORTED', 'the execution was withdrawn', { cause: reason });
}

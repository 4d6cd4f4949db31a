import type { MethodDescription } from '../../transport/protocol/messages.js';
import type { WorkerListener } from '../desk/worker-desk.js';
import type { CallOptions } from './call-options.js';
import type { ExecBytesOptions, ExecOptions, ExecResult } from './exec-options.js';
import type { AnswerOf, ArgsThen, CallName, StreamName, UntypedMethods } from './method-types.js';

/** What a pool does at one moment. */
export interface PoolLoad {
  /** The seats that it is to have, and those that take work now. */
  readonly size: number;
  readonly serving: number;
  /** How much work it can have begun at once, and how much it has. */
  readonly capacity: number;
  readonly busy: number;
  /** Work that waits, and how much of it may. */
  readonly waiting: number;
  readonly maxQueue: number;
}

/** What a pool can be told about its seats, whatever runs in them. */
export interface PoolControl {
  ready(): Promise<void>;
  resize(size: number): Promise<void>;
  drain(): Promise<void>;
  resume(): void;
  recycle(): Promise<void>;
  load(): PoolLoad;
}

/** What every pool can be asked, whatever runs in it. */
export interface PoolHandle {
  readonly path: string;

  /** Names of queues whose durable jobs it does beside those of its own. */
  readonly serves: readonly string[];

  /**
   * Resolves when every seat that can serve does. Rejects with what kept the pool from it when it ends before:
   * `ESP_WORKER_BOOT`, with a worker's last words, when none ever became ready.
   */
  ready(): Promise<void>;

  /**
   * Makes the pool larger or smaller: new seats boot, surplus ones finish what they run and end. Resolves when it has
   * that size. A restart of the pool gives it its first size again.
   *
   * @throws EspalierError `ESP_INVALID` unless it is a whole number from 1 to 1024; `ESP_STOPPED` when the pool ends before
   */
  resize(size: number): Promise<void>;

  /** Takes no more work, and resolves when all that waited or ran is done. `resume` takes work again. */
  drain(): Promise<void>;

  resume(): void;

  /**
   * Replaces every worker that lives now by a fresh one, one after the other, between calls: each replacement serves
   * before its predecessor goes. In an exec pool, where each program is fresh, there is nothing to do.
   *
   * @throws EspalierError `ESP_WORKER_BOOT` when a replacement did not become ready; its predecessor goes on
   */
  recycle(): Promise<void>;

  /** What it does now: seats, work that it has begun, work that waits. */
  load(): PoolLoad;
}

/** A pool of workers that stay and serve calls. `system.pool<Methods>(path)` knows what they take and answer. */
export interface Pool<M extends object = UntypedMethods> extends PoolHandle {
  readonly mode: 'protocol';

  /**
   * Calls a method of some worker. At most once, unless it is idempotent: a call whose worker died is rejected, except one
   * that provably had not begun, which goes to another.
   *
   * @throws what the method threw; EspalierError `ESP_INVALID` when the argument does not fit what the method, or the pool's
   * contract, says of it, `ESP_CONTRACT` when the result does not fit that contract, `ESP_TIMEOUT`, `ESP_ABORTED`,
   * `ESP_QUEUE_FULL`, `ESP_WORKER_EXITED` with the exit in its context, `ESP_WORKER_BOOT` with a worker's last words when none
   * ever became ready, `ESP_SESSION_LOST`, `ESP_UNAVAILABLE`, `ESP_STOPPED`
   * @example
   * type Methods = { embed(args: { text: string }): number[] };
   * const vector = await system.pool<Methods>('embed').call('embed', { text: 'hello' }, { timeout: 2000 });
   */
  call<K extends CallName<M> & keyof M>(method: K, ...rest: ArgsThen<M, K, CallOptions>): Promise<AnswerOf<M, K>>;

  /**
   * Calls a method that answers with a stream, and reads it. Leaving the loop cancels the method. A stream runs at most
   * once: it is not begun again when its worker dies.
   *
   * @throws as `call`
   * @example
   * for await (const token of system.pool('llm').stream('generate', { prompt })) process.stdout.write(String(token));
   */
  stream<K extends StreamName<M> & keyof M>(
    method: K,
    ...rest: ArgsThen<M, K, CallOptions>
  ): AsyncGenerator<AnswerOf<M, K>, void>;

  /** What its workers said they can do; empty before the first was ready. */
  methods(): readonly MethodDescription[];

  /** Hears the logs, events and metrics of its workers from now on. A listener must not block. */
  observe(listener: WorkerListener): Disposable;
}

/** A pool that runs one program per request. */
export interface ExecPool extends PoolHandle {
  readonly mode: 'exec';

  /**
   * Runs the pool's program for one input and resolves with what it left behind, whatever its exit code.
   *
   * @throws EspalierError `ESP_INVALID` when the input does not fit the command, `ESP_SPAWN` when the program does not
   * start, `ESP_TIMEOUT`, `ESP_ABORTED` (with the signal's reason as cause), `ESP_QUEUE_FULL`, `ESP_WORKER_EXITED` when
   * nobody saw how the program ended, `ESP_STOPPED`
   * @example
   * const { stdout } = await system.execPool('shell').exec({ script: 'df -h /' }, { timeout: 5000 });
   * const { stdout: picture } = await system.execPool('shell').exec({ script: 'draw' }, { encoding: 'bytes' });
   */
  exec(input: unknown, options: ExecBytesOptions): Promise<ExecResult<Uint8Array>>;
  exec(input: unknown, options?: ExecOptions): Promise<ExecResult>;
}

/** A pool of either kind. */
export type AnyPool = Pool | ExecPool;

import { EspalierError } from '../errors.js';
import type { MethodDescription } from '../transport/process/protocol/messages.js';
import type { CallOptions } from './call-options.js';
import type { DispatchPool } from './dispatcher.js';
import type { ExecOptions, ExecResult } from './exec-pool.js';
import { ExecPool } from './exec-pool.js';
import type { Execution } from './execution.js';
import { Pool } from './pool-handle.js';
import type { WorkerListener } from './worker-desk.js';

/** Finds the pool that lives at a path now. */
export type FindPool = () => Pool | undefined;

/** The pool of a path, whichever incarnation of it lives: a handle that stays good across restarts. */
export class StandingPool extends Pool {
  constructor(
    path: string,
    override readonly mode: Pool['mode'],
    readonly find: FindPool,
  ) {
    super({
      path,
      control: {
        ready: async () => this.#now().ready(),
        resize: async (size) => this.#now().resize(size),
        drain: async () => this.#now().drain(),
        resume: () => this.#now().resume(),
        recycle: async () => this.#now().recycle(),
        load: () => this.#now().load(),
      },
    });
  }

  override async exec(input: unknown, options?: ExecOptions): Promise<ExecResult> {
    return await this.#now().exec(input, options);
  }

  override async call(method: string, args?: unknown, options?: CallOptions): Promise<unknown> {
    return await this.#now().call(method, args, options);
  }

  override async *stream(method: string, args?: unknown, options?: CallOptions): AsyncGenerator<unknown, void> {
    yield* this.#now().stream(method, args, options);
  }

  override methods(): readonly MethodDescription[] {
    return this.#now().methods();
  }

  override observe(listener: WorkerListener): Disposable {
    return this.#now().observe(listener);
  }

  #now(): Pool {
    const pool = this.find();
    if (pool) return pool;
    throw new EspalierError('ESP_STOPPED', `pool ${this.path} does not live now`, { context: { path: this.path } });
  }
}

/** An exec pool as runs see it. A pool that does not live now is not open, and neither is one of another mode. */
export function dispatchPool(path: string, find: FindPool): DispatchPool {
  const living = (): ExecPool | undefined => {
    const pool = find();
    return pool instanceof ExecPool && pool.isOpen ? pool : undefined;
  };
  const now = (): ExecPool => {
    const pool = living();
    if (pool) return pool;
    throw new EspalierError('ESP_STOPPED', `pool ${path} takes no work now`, { context: { path } });
  };
  return {
    path,
    get isOpen() {
      return living() !== undefined;
    },
    prepare: (input, index) => now().prepare(input, index),
    submit: (execution: Execution) => now().submit(execution, true),
  };
}

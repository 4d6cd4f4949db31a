import { EspalierError } from '../../errors.js';
import type { MethodDescription } from '../../transport/protocol/messages.js';
import type { WorkerListener } from '../desk/worker-desk.js';
import type { CallOptions } from './call-options.js';
import { ControlledPool } from './controlled-pool.js';
import type { ExecBytesOptions, ExecOptions, ExecResult } from './exec-options.js';
import type { AnyPool, ExecPool, Pool, PoolControl } from './pool-handle.js';

/** Finds the pool that lives at a path now. */
export type FindPool = () => AnyPool | undefined;

/**
 * The pool of a path whose workers serve calls, whichever incarnation of it lives.
 *
 * @throws EspalierError `ESP_NOT_FOUND` if there is none, `ESP_INVALID` if it runs programs
 */
export function standingPool(path: string, find: FindPool): Pool {
  if (poolAt(path, find).mode === 'protocol') return new StandingProtocolPool(path, find);
  throw new EspalierError(
    'ESP_INVALID',
    `the pool at ${path} runs programs and serves no calls: take system.execPool('${path}')`,
    { context: { path, mode: 'exec' } },
  );
}

/**
 * The exec pool of a path, whichever incarnation of it lives.
 *
 * @throws EspalierError `ESP_NOT_FOUND` if there is none, `ESP_INVALID` if it serves calls
 */
export function standingExecPool(path: string, find: FindPool): ExecPool {
  if (poolAt(path, find).mode === 'exec') return new StandingExecPool(path, find);
  throw new EspalierError(
    'ESP_INVALID',
    `the pool at ${path} serves calls and runs no programs: take system.pool('${path}')`,
    { context: { path, mode: 'protocol' } },
  );
}

class StandingProtocolPool extends ControlledPool implements Pool {
  readonly mode = 'protocol';

  constructor(
    path: string,
    readonly find: FindPool,
  ) {
    super({ path, serves: find()?.serves ?? [], control: standingControl(path, find) });
  }

  async call(method: string, args?: unknown, options?: CallOptions): Promise<unknown> {
    return await this.#now().call(method, args, options);
  }

  async *stream(method: string, args?: unknown, options?: CallOptions): AsyncGenerator<unknown, void> {
    yield* this.#now().stream(method, args, options);
  }

  methods(): readonly MethodDescription[] {
    return this.#now().methods();
  }

  observe(listener: WorkerListener): Disposable {
    return this.#now().observe(listener);
  }

  #now(): Pool {
    const pool = living(this.path, this.find);
    if (pool.mode === 'protocol') return pool;
    throw replaced(this.path);
  }
}

class StandingExecPool extends ControlledPool implements ExecPool {
  readonly mode = 'exec';

  constructor(
    path: string,
    readonly find: FindPool,
  ) {
    super({ path, serves: find()?.serves ?? [], control: standingControl(path, find) });
  }

  exec(input: unknown, options: ExecBytesOptions): Promise<ExecResult<Uint8Array>>;
  exec(input: unknown, options?: ExecOptions): Promise<ExecResult>;
  async exec(
    input: unknown,
    options: ExecOptions | ExecBytesOptions = {},
  ): Promise<ExecResult | ExecResult<Uint8Array>> {
    const pool = living(this.path, this.find);
    if (pool.mode !== 'exec') throw replaced(this.path);
    return options.encoding === 'bytes' ? await pool.exec(input, options) : await pool.exec(input, options);
  }
}

function standingControl(path: string, find: FindPool): PoolControl {
  const now = () => living(path, find);
  return {
    ready: async () => now().ready(),
    resize: async (size) => now().resize(size),
    drain: async () => now().drain(),
    resume: () => now().resume(),
    recycle: async () => now().recycle(),
    load: () => now().load(),
  };
}

/** What lives at a path now. @throws EspalierError `ESP_NOT_FOUND` if nothing does */
export function poolAt(path: string, find: FindPool): AnyPool {
  const pool = find();
  if (pool) return pool;
  throw new EspalierError('ESP_NOT_FOUND', `there is no pool at ${path}`, { context: { path } });
}

function living(path: string, find: FindPool): AnyPool {
  const pool = find();
  if (pool) return pool;
  throw new EspalierError('ESP_STOPPED', `pool ${path} does not live now`, { context: { path } });
}

/** A dynamic supervisor may start a pool of the other kind under an id that has become free. */
function replaced(path: string): EspalierError {
  return new EspalierError('ESP_STOPPED', `pool ${path} has gone, and one of the other kind lives there now`, {
    context: { path },
  });
}

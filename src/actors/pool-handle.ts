import { EspalierError } from '../errors.js';
import type { CallOptions } from './call-pool.js';
import type { ExecOptions, ExecResult } from './exec-pool.js';

/** A living pool. What it can be asked depends on its mode; the wrong question is `ESP_INVALID`. */
export abstract class Pool {
  abstract readonly path: string;
  abstract readonly mode: 'exec' | 'protocol';

  /** Resolves when every slot that can serve does. Rejects when the pool ends before. */
  abstract ready(): Promise<void>;

  /** Runs the program of an exec pool once. */
  exec(_input: unknown, _options?: ExecOptions): Promise<ExecResult> {
    return Promise.reject(this.#wrong('exec', 'its workers serve calls'));
  }

  /** Calls a method of a protocol pool's workers. */
  call(_method: string, _args?: unknown, _options?: CallOptions): Promise<unknown> {
    return Promise.reject(this.#wrong('call', 'it runs programs'));
  }

  /** As `call`, for a method that answers with a stream. */
  stream(_method: string, _args?: unknown, _options?: CallOptions): AsyncIterable<unknown> {
    throw this.#wrong('stream', 'it runs programs');
  }

  #wrong(asked: string, because: string): EspalierError {
    return new EspalierError('ESP_INVALID', `pool ${this.path} is an ${this.mode} pool: no ${asked}, ${because}`);
  }
}

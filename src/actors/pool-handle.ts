import { EspalierError } from '../errors.js';
import type { CallOptions } from './call-pool.js';
import type { ExecOptions, ExecResult } from './exec-pool.js';

/** A living pool. What it can be asked depends on its mode; the wrong question is `ESP_INVALID`. */
export abstract class Pool {
  abstract readonly mode: 'exec' | 'protocol';
  readonly path: string;
  readonly #ready: () => Promise<void>;

  constructor({ path, ready }: { readonly path: string; ready(): Promise<void> }) {
    this.path = path;
    this.#ready = ready;
  }

  /** Resolves when every slot that can serve does. Rejects with what kept the pool from it when it ends before. */
  ready(): Promise<void> {
    return this.#ready();
  }

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

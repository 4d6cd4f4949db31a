import { EspalierError } from '../errors.js';
import type { MethodDescription } from '../transport/process/protocol/messages.js';
import type { CallOptions } from './call-options.js';
import type { ExecOptions, ExecResult } from './exec-pool.js';
import type { WorkerListener } from './worker-desk.js';

/** What a pool does at one moment. */
export interface PoolLoad {
  /** The slots that it is to have, and those that take work now. */
  readonly size: number;
  readonly serving: number;
  /** How much work it can have begun at once, and how much it has. */
  readonly capacity: number;
  readonly busy: number;
  /** Work that waits, and how much of it may. */
  readonly waiting: number;
  readonly maxQueue: number;
}

/** What a pool can be told about its slots, whatever runs in them. */
export interface PoolControl {
  ready(): Promise<void>;
  resize(size: number): Promise<void>;
  drain(): Promise<void>;
  resume(): void;
  recycle(): Promise<void>;
  load(): PoolLoad;
}

/** A living pool. What it can be asked depends on its mode; the wrong question is `ESP_INVALID`. */
export abstract class Pool {
  abstract readonly mode: 'exec' | 'protocol';
  readonly path: string;
  readonly #control: PoolControl;

  constructor({ path, control }: { readonly path: string; readonly control: PoolControl }) {
    this.path = path;
    this.#control = control;
  }

  /** Resolves when every slot that can serve does. Rejects with what kept the pool from it when it ends before. */
  ready(): Promise<void> {
    return this.#control.ready();
  }

  /**
   * Makes the pool larger or smaller: new slots boot, surplus ones finish what they run and end. Resolves when it has
   * that size. A restart of the pool gives it its first size again.
   *
   * @throws EspalierError `ESP_INVALID` unless it is a whole number from 1 to 1024; `ESP_STOPPED` when the pool ends before
   */
  resize(size: number): Promise<void> {
    return this.#control.resize(size);
  }

  /** Takes no more work, and resolves when all that waited or ran is done. `resume` takes work again. */
  drain(): Promise<void> {
    return this.#control.drain();
  }

  resume(): void {
    this.#control.resume();
  }

  /**
   * Replaces every worker that lives now by a fresh one, one after the other, between calls: each replacement serves
   * before its predecessor goes. In an exec pool, where each program is fresh, there is nothing to do.
   *
   * @throws EspalierError `ESP_WORKER_BOOT` when a replacement did not become ready; its predecessor goes on
   */
  recycle(): Promise<void> {
    return this.#control.recycle();
  }

  /** What it does now: slots, work that it has begun, work that waits. */
  load(): PoolLoad {
    return this.#control.load();
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

  /** What its workers said they can do; empty before the first was ready. */
  methods(): readonly MethodDescription[] {
    return [];
  }

  /** Hears the logs, events and metrics of its workers from now on. A listener must not block. */
  observe(_listener: WorkerListener): Disposable {
    throw this.#wrong('observe', 'it runs programs');
  }

  #wrong(asked: string, because: string): EspalierError {
    return new EspalierError('ESP_INVALID', `pool ${this.path}: no ${asked}, ${because}`);
  }
}

import type { PoolControl, PoolHandle, PoolLoad } from './pool-handle.js';

interface PoolParts {
  readonly path: string;
  /** None unless it says so. */
  readonly serves?: readonly string[];
  readonly control: PoolControl;
}

/** What all pools answer alike, by way of their control. */
export abstract class ControlledPool implements PoolHandle {
  readonly path: string;
  readonly serves: readonly string[];
  readonly #control: PoolControl;

  constructor({ path, serves = [], control }: PoolParts) {
    this.path = path;
    this.serves = serves;
    this.#control = control;
  }

  ready(): Promise<void> {
    return this.#control.ready();
  }

  resize(size: number): Promise<void> {
    return this.#control.resize(size);
  }

  drain(): Promise<void> {
    return this.#control.drain();
  }

  resume(): void {
    this.#control.resume();
  }

  recycle(): Promise<void> {
    return this.#control.recycle();
  }

  load(): PoolLoad {
    return this.#control.load();
  }
}

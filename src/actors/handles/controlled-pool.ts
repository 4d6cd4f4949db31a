import type { PoolControl, PoolHandle, PoolLoad } from './pool-handle.js';

/** What all pools answer alike, by way of their control. */
export abstract class ControlledPool implements PoolHandle {
  readonly path: string;
  readonly #control: PoolControl;

  constructor({ path, control }: { readonly path: string; readonly control: PoolControl }) {
    this.path = path;
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

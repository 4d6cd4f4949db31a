import type { ReadModel } from '../model/read-model.js';

interface Watch {
  readonly incarnation: number;
  stop(): void;
}

/**
 * Watches over the actors whose states nobody reports: plain machines, of which there may be very many. Only while
 * somebody looks at the tree.
 */
export class Watches {
  readonly #model: ReadModel;
  readonly #now: () => number;
  readonly #watches = new Map<string, Watch>();

  constructor(model: ReadModel, now: () => number) {
    this.#model = model;
    this.#now = now;
  }

  /** An actor has come, has gone, or lives in another incarnation. */
  update(path: string): void {
    const live = this.#model.live(path);
    const watch = this.#watches.get(path);
    if (watch?.incarnation === live?.incarnation) return;
    watch?.stop();
    this.#watches.delete(path);
    if (live?.role !== 'machine') return;
    let state = live.state();
    const stop = live.watch(() => {
      const next = live.state();
      if (next === state) return;
      state = next;
      this.#model.touch(path, this.#now());
    });
    this.#watches.set(path, { incarnation: live.incarnation, stop });
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.stop();
    this.#watches.clear();
  }
}

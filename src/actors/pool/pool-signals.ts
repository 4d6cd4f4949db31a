/** Tells whoever watches a path that what its pool can take may have changed: it opens, closes, is drained, resized, or loses a seat. */
export class PoolSignals {
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #everywhere = new Set<(path: string) => void>();

  changed(path: string): void {
    for (const watcher of this.#watchers.get(path) ?? []) watcher();
    for (const watcher of this.#everywhere) watcher(path);
  }

  /** The same of every path, also of pools that do not live yet. */
  watchAll(watcher: (path: string) => void): Disposable {
    this.#everywhere.add(watcher);
    return { [Symbol.dispose]: () => void this.#everywhere.delete(watcher) };
  }

  /** A watcher asks the pool itself; it may be called without any change. */
  watch(path: string, watcher: () => void): Disposable {
    const watchers = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, watchers.add(watcher));
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(path) === watchers) this.#watchers.delete(path);
      },
    };
  }
}

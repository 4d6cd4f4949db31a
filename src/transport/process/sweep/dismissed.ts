/** Within this time pids cannot begin anew: that takes tens of thousands of forks. */
const NO_WRAP_MS = 1_000;
/** Pids that are remembered at most. */
const MOST = 16_384;

/**
 * Pids that need no second look for a moment, because no look could make them ours: they began before anything that is
 * looked for, belong to the kernel, or are dead. Most of a machine is of that kind.
 */
export class Dismissed {
  readonly #pids = new Map<number, { readonly startTicks: number; readonly at: number }>();

  /** @param startTicks when it began; -1 if that does not matter */
  add(pid: number, startTicks: number): void {
    if (this.#pids.size >= MOST) this.#pids.clear();
    this.#pids.set(pid, { startTicks, at: performance.now() });
  }

  /** Whether a look for what began at `floor` or later can pass this pid over. */
  has(pid: number, floor: number): boolean {
    const found = this.#pids.get(pid);
    if (found === undefined || found.startTicks >= floor) return false;
    if (performance.now() - found.at < NO_WRAP_MS) return true;
    this.#pids.delete(pid);
    return false;
  }
}

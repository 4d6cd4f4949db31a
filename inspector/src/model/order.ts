/** The order of a tree written as a list: each actor right below its parent, siblings by name, numbers by value. */

/** What paths are sorted by: as plain text it has their order. */
export function sortKey(path: string): string {
  return path.replaceAll('/', '\u0001').replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

/** Paths in order, kept so while some come and go. */
export class PathOrder {
  readonly #keys = new Map<string, string>();
  #paths: readonly string[] = [];
  #isSorted = true;

  /** The same list until something has come or gone. */
  get paths(): readonly string[] {
    if (this.#isSorted) return this.#paths;
    this.#isSorted = true;
    const entries = [...this.#keys].sort(([, a], [, b]) => (a < b ? -1 : 1));
    this.#paths = entries.map(([path]) => path);
    return this.#paths;
  }

  add(path: string): void {
    if (this.#keys.has(path)) return;
    this.#keys.set(path, sortKey(path));
    this.#isSorted = false;
  }

  remove(path: string): void {
    if (this.#keys.delete(path)) this.#isSorted = false;
  }

  clear(): void {
    this.#keys.clear();
    this.#isSorted = false;
  }
}

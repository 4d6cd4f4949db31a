/** Holds a value until its key is deleted. */
type Box<V> = [value: V] | [];

/**
 * A map of things under way, in the order in which they were set: it lives long, each of its values briefly.
 *
 * V8 moves a `Map` that has seen enough deletions into a new table and leaves in the old one a reference to it. Once one
 * table has grown old, it keeps its successor from being collected while young, with all that this one held, and so on:
 * whatever ever was in the map outlives every quick collection, and is left to the slow ones that hold up the event loop.
 * Here the tables hold boxes, which are emptied when their key is deleted.
 *
 * @example
 * const calls = new TransientMap<number, string>();
 * calls.set(7, 'embed');
 * calls.take(7); // 'embed'
 * calls.size; // 0
 */
export class TransientMap<K extends string | number, V> implements Iterable<readonly [key: K, value: V]> {
  readonly #boxes = new Map<K, Box<V>>();

  get size(): number {
    return this.#boxes.size;
  }

  has(key: K): boolean {
    return this.#boxes.has(key);
  }

  get(key: K): V | undefined {
    return this.#boxes.get(key)?.[0];
  }

  /** A key that is there keeps its place. */
  set(key: K, value: V): void {
    empty(this.#boxes.get(key));
    this.#boxes.set(key, [value]);
  }

  delete(key: K): boolean {
    empty(this.#boxes.get(key));
    return this.#boxes.delete(key);
  }

  /** Deletes a key and returns what it held. */
  take(key: K): V | undefined {
    const value = this.get(key);
    this.delete(key);
    return value;
  }

  clear(): void {
    for (const box of this.#boxes.values()) empty(box);
    this.#boxes.clear();
  }

  keys(): IterableIterator<K> {
    return this.#boxes.keys();
  }

  *values(): IterableIterator<V> {
    for (const box of this.#boxes.values()) yield* box;
  }

  *[Symbol.iterator](): IterableIterator<readonly [key: K, value: V]> {
    for (const [key, box] of this.#boxes) for (const value of box) yield [key, value];
  }
}

function empty(box: unknown[] | undefined): void {
  if (box !== undefined) box.length = 0;
}

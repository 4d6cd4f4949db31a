/** A binary heap of numbers, lowest first. `push` and `pop` are O(log n). */
export class MinHeap {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: number): void {
    let at = this.#items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#at(parent);
      if (above <= item) break;
      this.#items[at] = above;
      at = parent;
    }
    this.#items[at] = item;
  }

  pop(): number | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last);
    return first;
  }

  /** An independent copy. */
  clone(): MinHeap {
    const copy = new MinHeap();
    for (const item of this.#items) copy.#items.push(item);
    return copy;
  }

  #sink(item: number): void {
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#at(left) < this.#at(left + 1) ? left : left + 1;
      const below = this.#at(child);
      if (below >= item) break;
      this.#items[at] = below;
      at = child;
    }
    this.#items[at] = item;
  }

  /** What stands at a place; beyond the last one, what is above all. */
  #at(place: number): number {
    return this.#items[place] ?? Number.POSITIVE_INFINITY;
  }
}

/** A binary heap of numbers, lowest first. `push` and `pop` are O(log n). */
export class MinHeap {
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (above === undefined || above <= item) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
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

  /** What it holds, in no useful order. */
  values(): readonly number[] {
    return this.#items;
  }

  #sink(item: number): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      const left = items[2 * at + 1];
      const right = items[2 * at + 2];
      if (left === undefined) break;
      const goRight = right !== undefined && right < left;
      const child = goRight ? right : left;
      if (child >= item) break;
      items[at] = child;
      at = 2 * at + (goRight ? 2 : 1);
    }
    items[at] = item;
  }
}

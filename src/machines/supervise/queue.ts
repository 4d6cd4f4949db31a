interface Cell<T> {
  readonly value: T;
  readonly next: Cell<T> | null;
}

/** First in, first out, not changed in place: `push` and `shift` cost the same however long it is. */
export interface Queue<T> {
  readonly size: number;
  /** The oldest first. */
  readonly front: Cell<T> | null;
  /** The latest first. */
  readonly back: Cell<T> | null;
}

export const EMPTY: Queue<never> = { size: 0, front: null, back: null };

export function push<T>(queue: Queue<T>, value: T): Queue<T> {
  return { size: queue.size + 1, front: queue.front, back: { value, next: queue.back } };
}

/** The oldest value and the rest; undefined when empty. */
export function shift<T>(queue: Queue<T>): readonly [T, Queue<T>] | undefined {
  const front = queue.front ?? reverse(queue.back);
  if (!front) return undefined;
  const back = queue.front ? queue.back : null;
  return [front.value, { size: queue.size - 1, front: front.next, back }];
}

/** All values, the oldest first. */
export function toArray<T>(queue: Queue<T>): T[] {
  const values: T[] = [];
  for (let cell = queue.front; cell; cell = cell.next) values.push(cell.value);
  for (let cell = reverse(queue.back); cell; cell = cell.next) values.push(cell.value);
  return values;
}

function reverse<T>(list: Cell<T> | null): Cell<T> | null {
  let reversed: Cell<T> | null = null;
  for (let cell = list; cell; cell = cell.next) reversed = { value: cell.value, next: reversed };
  return reversed;
}

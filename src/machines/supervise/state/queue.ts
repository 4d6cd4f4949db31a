interface Cell<T> {
  readonly value: T;
  readonly next: Cell<T> | null;
}

/** First in, first out, not changed in place: `push`, `peek` and `shift` cost the same however long it is. */
export interface Queue<T> {
  readonly size: number;
  /** The oldest first; null only when the whole queue is empty. */
  readonly front: Cell<T> | null;
  /** The latest first. */
  readonly back: Cell<T> | null;
}

export const EMPTY: Queue<never> = { size: 0, front: null, back: null };

export function push<T>({ size, front, back }: Queue<T>, value: T): Queue<T> {
  if (!front) return { size: 1, front: { value, next: null }, back: null };
  return { size: size + 1, front, back: { value, next: back } };
}

/** The oldest value; undefined when empty. */
export function peek<T>({ front }: Queue<T>): T | undefined {
  return front?.value;
}

/** The oldest value and the rest; undefined when empty. */
export function shift<T>({ size, front, back }: Queue<T>): readonly [T, Queue<T>] | undefined {
  if (!front) return undefined;
  const rest = front.next ? { front: front.next, back } : { front: reverse(back), back: null };
  return [front.value, { size: size - 1, ...rest }];
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

import type { Changes } from '../model/changes.js';
import type { DeltaContent, Position, ServerMessage, SnapshotContent } from '../protocol/wire.js';
import { Cursor } from '../shown/cursor.js';
import type { Feed } from './feed.js';

/** A collection whose items come and go: actors, runs, processes. */
export interface Collection<T> {
  readonly changes: Changes;
  /** The newest event that its items tell of. */
  seq(): number;
  keys(): Iterable<string>;
  item(key: string): T | null;
  snapshot(items: T[]): SnapshotContent;
  delta(changed: T[], removed: string[]): DeltaContent;
}

/** One client's view of a collection. */
export class CollectionFeed<T> implements Feed {
  readonly #id: number;
  readonly #collection: Collection<T>;
  readonly #cursor: Cursor;

  constructor(id: number, collection: Collection<T>, resume: Position | null) {
    const { changes } = collection;
    this.#id = id;
    this.#collection = collection;
    this.#cursor = new Cursor(
      changes,
      () => collection.keys(),
      resume === null || resume.rev === 0 ? null : resume.rev,
    );
  }

  next(): readonly ServerMessage[] | null {
    const isLost = this.#cursor.isLost;
    const passed = this.#cursor.next();
    if (!passed) return null;
    const { rev } = passed;
    const { collection, id } = { collection: this.#collection, id: this.#id };
    const items = passed.changed.map((key) => collection.item(key)).filter((item) => item !== null);
    const seq = collection.seq();
    if (!passed.whole) {
      return [{ type: 'delta', id, rev, seq, content: collection.delta(items, [...passed.removed]) }];
    }
    const snapshot = { type: 'snapshot', id, rev, seq, content: collection.snapshot(items) } as const;
    return isLost ? [{ type: 'resync', id, reason: 'too_old' }, snapshot] : [snapshot];
  }

  close(): void {
    // It holds nothing but its place.
  }
}

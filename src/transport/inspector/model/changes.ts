/** What changed after a revision. */
export interface Since {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

const NOTHING: Since = { changed: [], removed: [] };

/**
 * What has changed since when: the newest revision of each key, and of the keys that are gone. Whoever is at a revision
 * learns everything after it at once, however long ago it was; only what is gone is forgotten in time. An answer costs as
 * much as it says.
 */
export class Changes {
  #revision = 0;
  /** In the order of their last change, the newest last. */
  readonly #changed = new Map<string, number>();
  readonly #removed = new Map<string, number>();
  /** Every change in order; entries that a later one of the same key has made void are dropped now and then. */
  #log: { readonly key: string; readonly revision: number }[] = [];
  /** Before this revision removals have been forgotten. */
  #horizon = 0;

  constructor(readonly keptRemovals = 10_000) {}

  get revision(): number {
    return this.#revision;
  }

  /** The revision of a key's last change; 0 for one that is not known. */
  at(key: string): number {
    return this.#changed.get(key) ?? this.#removed.get(key) ?? 0;
  }

  touch(key: string): void {
    this.#removed.delete(key);
    this.#note(this.#changed, key);
  }

  remove(key: string): void {
    this.#changed.delete(key);
    this.#note(this.#removed, key);
    if (this.#removed.size <= this.keptRemovals) return;
    for (const [oldest, revision] of this.#removed) {
      this.#removed.delete(oldest);
      this.#horizon = revision;
      return;
    }
  }

  /** The keys that changed or went after a revision; null when that is too long ago to say, or has not been yet. */
  since(revision: number): Since | null {
    if (revision < this.#horizon || revision > this.#revision) return null;
    if (revision === this.#revision) return NOTHING;
    const changed: string[] = [];
    const removed: string[] = [];
    for (let at = this.#firstAfter(revision); at < this.#log.length; at += 1) {
      const entry = this.#log[at];
      if (!entry) break;
      if (this.#changed.get(entry.key) === entry.revision) changed.push(entry.key);
      else if (this.#removed.get(entry.key) === entry.revision) removed.push(entry.key);
    }
    return { changed, removed };
  }

  #note(keys: Map<string, number>, key: string): void {
    this.#revision += 1;
    // Deleted first, so that the newest stands last.
    keys.delete(key);
    keys.set(key, this.#revision);
    this.#log.push({ key, revision: this.#revision });
    if (this.#log.length > 2 * (this.#changed.size + this.#removed.size) + 1000) this.#compact();
  }

  #compact(): void {
    this.#log = this.#log.filter(({ key, revision }) => this.at(key) === revision);
  }

  #firstAfter(revision: number): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

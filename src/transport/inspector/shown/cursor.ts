import { LIMITS } from '../limits.js';
import type { Changes } from '../model/changes.js';

/** What a cursor has passed. */
export interface Passed {
  /** Whether this begins anew: what was passed before is void. */
  readonly whole: boolean;
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** The revision that whoever took all pieces is at; 0 while pieces are to come. */
  readonly rev: number;
}

/**
 * Somebody's place in the changes of a collection. The first time everything passes, in pieces, and what changes
 * meanwhile passes with them; whoever is cut off between two pieces begins anew, because those are at revision 0.
 */
export class Cursor {
  readonly #changes: Changes;
  readonly #all: () => Iterable<string>;
  #rev: number | null;
  #pending: Iterator<string> | null = null;

  /** @param rev where it goes on; null to begin with everything */
  constructor(changes: Changes, all: () => Iterable<string>, rev: number | null) {
    this.#changes = changes;
    this.#all = all;
    this.#rev = rev;
  }

  /** Whether it is too far behind to go on. */
  get isLost(): boolean {
    return this.#rev !== null && this.#changes.since(this.#rev) === null;
  }

  /** Null when nothing is new. */
  next(limit: number = LIMITS.actorsPerMessage): Passed | null {
    const since = this.#rev === null ? null : this.#changes.since(this.#rev);
    if (since === null) return this.#begin(limit);
    if (since.changed.length === 0 && since.removed.length === 0 && this.#pending === null) return null;
    this.#rev = this.#changes.revision;
    const changed = [...since.changed, ...this.#take(limit)];
    return { whole: false, changed, removed: since.removed, rev: this.#pending ? 0 : this.#rev };
  }

  #begin(limit: number): Passed {
    this.#rev = this.#changes.revision;
    // A copy: the collection changes while its pieces pass.
    this.#pending = [...this.#all()][Symbol.iterator]();
    const changed = this.#take(limit);
    return { whole: true, changed, removed: [], rev: this.#pending ? 0 : this.#rev };
  }

  #take(limit: number): string[] {
    const taken: string[] = [];
    while (this.#pending && taken.length < limit) {
      const { done, value } = this.#pending.next();
      if (done) this.#pending = null;
      else taken.push(value);
    }
    return taken;
  }
}

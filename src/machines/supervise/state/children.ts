import type { ChildPolicy } from './child-policy.js';
import { get, remove, set, type Trie, values } from './trie.js';

/**
 * - `stopped`: specified, not running: it ended as expected, ignored its start, or was terminated
 * - `restarting`: it is to be restarted, and waits for its turn or its backoff
 */
export type ChildStatus = 'starting' | 'running' | 'stopping' | 'restarting' | 'stopped';

/** A supervisor's record of one child. */
export interface Child {
  readonly policy: ChildPolicy;
  readonly status: ChildStatus;
  /** Of the latest start; 0 before the first. */
  readonly incarnation: number;
  /** Failed starts and short lives in a row: what its backoff grows with. */
  readonly failures: number;
  /** Milliseconds; when its present incarnation had started. */
  readonly startedAt: number;
}

/** A child that has not been started. `incarnation` is the highest its path has had. */
export function newChild(policy: ChildPolicy, incarnation: number): Child {
  return { policy, status: 'stopped', incarnation, failures: 0, startedAt: 0 };
}

interface Place {
  readonly order: number;
  readonly child: Child;
}

/** The children of a supervisor by id, in the order in which they were added. Not changed in place. */
export class Children {
  static readonly none = new Children(undefined, 0, 0, 0);
  readonly #places: Trie<Place>;
  readonly #nextOrder: number;
  readonly size: number;
  /** How many significant ones have not stopped; counted, for each end asks. */
  readonly liveSignificant: number;

  private constructor(places: Trie<Place>, nextOrder: number, size: number, liveSignificant: number) {
    this.#places = places;
    this.#nextOrder = nextOrder;
    this.size = size;
    this.liveSignificant = liveSignificant;
  }

  get(id: string): Child | undefined {
    return get(this.#places, id)?.child;
  }

  /** Adds a child as the last, or replaces it where it stands. */
  put(child: Child): Children {
    const { id } = child.policy;
    const known = get(this.#places, id);
    const place = { order: known?.order ?? this.#nextOrder, child };
    const added = known ? 0 : 1;
    const significant = this.liveSignificant + weight(child) - weight(known?.child);
    return new Children(set(this.#places, id, place), this.#nextOrder + added, this.size + added, significant);
  }

  remove(id: string): Children {
    const known = get(this.#places, id);
    if (!known) return this;
    const significant = this.liveSignificant - weight(known.child);
    return new Children(remove(this.#places, id), this.#nextOrder, this.size - 1, significant);
  }

  /** All of them, in order. */
  all(): Child[] {
    const places = values(this.#places).sort((a, b) => a.order - b.order);
    return places.map(({ child }) => child);
  }

  /** Their ids, in order. */
  ids(): string[] {
    return this.all().map(({ policy }) => policy.id);
  }
}

/** What a child counts for among the live significant ones. */
function weight(child: Child | undefined): number {
  return child?.policy.significant && child.status !== 'stopped' ? 1 : 0;
}

import { createHash } from 'node:crypto';
import { drive } from './drive.js';
import { Random } from './random.js';
import { isOver } from './seen.js';
import { BEGINNINGS, type Beginning, type Budget, movesOf } from './small.js';
import type { SimStore } from './store.js';
import { type Captured, World } from './world.js';

/** What came of an enumeration. */
export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Whether there is no state that was not reached. */
  readonly isWhole: boolean;
  /** The world in which something is broken; null when nothing is. */
  readonly broken: World | null;
}

interface Node {
  readonly captured: Captured;
  readonly budget: Budget;
  readonly number: number;
}

/** Enumerates a small world: each state once, each move from each, to the last state or the last moment. */
export function explore(store: SimStore, name: Beginning, mayGoOn: (states: number) => boolean): Explored {
  const search = new Search(new World(store, new Random(1)));
  BEGINNINGS[name](search.world);
  return search.run(mayGoOn);
}

class Search {
  readonly world: World;
  readonly #known = new Map<string, number>();
  readonly #open: Node[] = [];
  /** For each state those from which one good move leads to it. */
  readonly #before: number[][] = [];
  readonly #ended: number[] = [];
  #transitions = 0;

  constructor(world: World) {
    this.world = world;
  }

  run(mayGoOn: (states: number) => boolean): Explored {
    this.#reach({ faults: 2, moments: 2 });
    while (this.world.found.length === 0) {
      const node = this.#open.pop();
      if (node === undefined || !mayGoOn(this.#known.size)) return this.#result(node === undefined);
      this.#expand(node);
    }
    return this.#result(false);
  }

  #result(isDone: boolean): Explored {
    const { world } = this;
    if (isDone && world.found.length === 0) this.#requireWayOut();
    const broken = world.found.length > 0 ? world : null;
    return { states: this.#known.size, transitions: this.#transitions, isWhole: isDone, broken };
  }

  #expand({ captured, budget, number }: Node): void {
    const { world } = this;
    world.restore(captured);
    let isStuck = !this.#isEnded();
    for (const move of movesOf(world, budget)) {
      world.restore(captured);
      move.make(world);
      this.#transitions += 1;
      if (world.found.length > 0) return;
      const reached = this.#reach(move.leaves);
      if (move.isFault || reached === number) continue;
      this.#before[reached]?.push(number);
      isStuck = false;
    }
    if (!isStuck) return;
    // The clock of a small world has few values, and its hosts do not come back: with more of both it must end.
    world.restore(captured);
    drive(world);
    this.#ended.push(number);
  }

  #isEnded(): boolean {
    return this.world.seen.jobs.every(isOver);
  }

  /** The number of the state that the world is in now; one that is new is expanded later. */
  #reach(budget: Budget): number {
    const key = this.#keyOf(budget);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = this.#known.size;
    this.#known.set(key, number);
    this.#before.push([]);
    if (this.#isEnded()) this.#ended.push(number);
    this.#open.push({ captured: this.world.capture(), budget, number });
    return number;
  }

  /** All that decides what can come. */
  #keyOf(budget: Budget): string {
    const { store, now, hosts, checker } = this.world;
    const { latest, limits, crashes, alone, wished, failures } = checker.memory;
    const known = [
      latest,
      [...limits],
      [...crashes].sort(),
      [...alone].sort(),
      [...wished].sort(),
      [...failures].sort(),
    ];
    const text = JSON.stringify([store.save(), now, hosts.map(({ status }) => status), known, budget]);
    return createHash('sha1').update(text).digest('base64');
  }

  /** From each state good moves alone lead to an end: nothing goes round in circles for ever. */
  #requireWayOut(): void {
    const live = new Set(this.#ended);
    for (const number of live) for (const before of this.#before[number] ?? []) live.add(before);
    if (live.size < this.#known.size) this.world.found.push(`${this.#known.size - live.size} states lead to no end`);
  }
}

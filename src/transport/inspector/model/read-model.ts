import { type Atom, createAtom } from '@xstate/store';
import type { JournalEvent } from '../../../machines/events.js';
import type { ActorSummary } from '../protocol/wire.js';
import type { LiveActor, LiveActors, Sighting } from '../seen/actors.js';
import { Changes } from './changes.js';
import { type ActorFact, type ActorFacts, learn, unknownActor } from './facts.js';
import { healthOf } from './health.js';
import { factOfEvent } from './journal-facts.js';
import { factOf, roleOf } from './sighting.js';

/** How many dead actors are remembered; of those that died first nothing is left but the journal. */
const KEPT_DEAD = 1000;

/** A living actor in one line, for `system.tree()`. */
export interface TreeNode {
  readonly path: string;
  readonly role: string;
  readonly incarnation: number;
  readonly state: string;
}

/**
 * What is known of the actors of one host: a projection of what is seen of them and of what the journal tells. Each actor
 * is an atom of its own, so that a change costs one actor, however many there are. The tree, the command line and the
 * inspector are answered from here.
 *
 * What a living actor can answer itself (the state of a plain machine, a supervisor's budget) is asked of it when somebody
 * looks, and not before.
 */
export class ReadModel {
  readonly changes = new Changes();
  readonly #actors = new Map<string, Atom<ActorFacts>>();
  /** Paths of the dead, those that died first first. */
  readonly #dead = new Set<string>();
  readonly #live: LiveActors | null;
  /** Called at each change; by whoever serves the model to others. */
  onChange: () => void = () => undefined;

  constructor(live: LiveActors | null) {
    this.#live = live;
  }

  get size(): number {
    return this.#actors.size;
  }

  see(sighting: Sighting): void {
    const fact = factOf(sighting, this.#isRestart(sighting));
    if (fact) this.#learn(sighting.path, fact);
  }

  apply(event: JournalEvent): void {
    const { path } = event;
    if (path === undefined) return;
    const fact = factOfEvent(event, this.#actors.get(path)?.get().incarnation ?? 0);
    if (fact && this.#concerns(path, fact)) this.#learn(path, fact);
  }

  /** The actor has another state than it had; for those whose states are not reported by themselves. */
  touch(path: string, at: number): void {
    const atom = this.#actors.get(path);
    if (!atom) return;
    atom.set((facts) => ({ ...facts, since: at }));
    this.changes.touch(path);
    this.onChange();
  }

  /** The host is gone, and every actor with it; what each was doing last is kept. */
  lose(): void {
    for (const [path, atom] of this.#actors) {
      if (atom.get().status === 'living') this.#learn(path, { type: 'lost' });
    }
  }

  /** The living actor of that path, in the incarnation that the model knows of. */
  live(path: string): LiveActor | undefined {
    const facts = this.#actors.get(path)?.get();
    return facts && this.#liveOf(facts);
  }

  /** One actor, to read or to subscribe to. */
  actor(path: string): Pick<Atom<ActorFacts>, 'get' | 'subscribe'> | undefined {
    return this.#actors.get(path);
  }

  /** The living actors in order of their paths. */
  living(): TreeNode[] {
    const nodes: TreeNode[] = [];
    for (const atom of this.#actors.values()) {
      const facts = atom.get();
      if (facts.status === 'living') nodes.push(this.#node(facts));
    }
    return nodes.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** All actors, the dead that are remembered among them, in no order. */
  *summaries(): IterableIterator<ActorSummary> {
    for (const atom of this.#actors.values()) yield this.#summarise(atom.get());
  }

  summary(path: string): ActorSummary | null {
    const facts = this.#actors.get(path)?.get();
    return facts ? this.#summarise(facts) : null;
  }

  paths(): IterableIterator<string> {
    return this.#actors.keys();
  }

  /** The paths of workers with the pids of their living processes. */
  *pids(): IterableIterator<readonly [path: string, pid: number]> {
    for (const [path, atom] of this.#actors) {
      const { pid } = atom.get();
      if (pid !== null) yield [path, pid];
    }
  }

  /** How many actors live directly below a path. */
  childrenOf(path: string): number {
    const above = path === '/' ? '/' : `${path}/`;
    let count = 0;
    for (const [below, atom] of this.#actors) {
      if (below.length <= above.length || !below.startsWith(above) || below.includes('/', above.length)) continue;
      if (atom.get().status === 'living') count += 1;
    }
    return count;
  }

  #node(facts: ActorFacts): TreeNode {
    const { path, incarnation } = facts;
    const live = this.#liveOf(facts);
    return { path, role: live?.isDynamic() ? 'dynamic' : facts.role, incarnation, state: live?.state() ?? facts.state };
  }

  #summarise(facts: ActorFacts): ActorSummary {
    const live = this.#liveOf(facts);
    const { role, state } = this.#node(facts);
    const { path, status, incarnation, since, pid, problem } = facts;
    const restarts = { total: facts.restarts, recent: facts.history.slice(-3) };
    const budget = live?.budget() ?? null;
    const health = healthOf(facts);
    return { path, role: roleOf(role), status, health, state, incarnation, since, restarts, budget, pid, problem };
  }

  #liveOf({ path, status, incarnation }: ActorFacts): LiveActor | undefined {
    const live = status === 'living' ? this.#live?.get(path) : undefined;
    return live?.incarnation === incarnation ? live : undefined;
  }

  /** Processes are registered under the pool's path while their worker is not known. */
  #concerns(path: string, { type }: ActorFact): boolean {
    const known = this.#actors.get(path)?.get();
    if (type === 'spawned' || type === 'process') return known?.role === 'worker';
    return known !== undefined || type === 'crashed' || type === 'restarted';
  }

  #isRestart({ path, role, incarnation }: Sighting): boolean {
    if (incarnation < 2) return false;
    if (role !== 'worker') return true;
    const starter = this.#actors.get(path.slice(0, path.lastIndexOf('/')))?.get();
    return starter?.state !== 'executing' && starter?.state !== 'idle';
  }

  #learn(path: string, fact: ActorFact): void {
    const atom = this.#actors.get(path) ?? createAtom(unknownActor(path));
    const before = atom.get();
    const after = learn(before, fact);
    if (after === before) return;
    atom.set(after);
    this.#actors.set(path, atom);
    this.#bury(after);
    this.changes.touch(path);
    this.onChange();
  }

  #bury({ path, status }: ActorFacts): void {
    if (status === 'living') return void this.#dead.delete(path);
    this.#dead.add(path);
    if (this.#dead.size <= KEPT_DEAD) return;
    for (const first of this.#dead) {
      this.#dead.delete(first);
      this.#actors.delete(first);
      this.changes.remove(first);
      return;
    }
  }
}

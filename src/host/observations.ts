import type { ActorRole } from '../actor-role.js';
import type { Observation } from '../actors/tree/environment.js';
import type { Clock } from '../clock.js';
import type { SnapshotStore } from '../persistence/store.js';
import { ASK_AGAIN_MS, isRefusal } from '../store-refusal.js';

/** How old the store's picture of a living tree may be, in milliseconds. */
const FLUSH_MS = 200;

/** The parts of a tree whose last state is kept for readers after the host's death. */
const KEPT: ReadonlySet<ActorRole> = new Set(['supervisor', 'pool', 'starter', 'worker', 'service', 'coordinator']);

/**
 * Keeps the last state of the parts that matter in the store. A part that changes a thousand times a second is written
 * five times a second: an observation is a picture, not a history.
 */
export class Observations {
  #changed = new Map<string, Observation>();
  #timer: unknown = null;
  #isClosed = false;

  constructor(
    readonly snapshots: Pick<SnapshotStore, 'put'>,
    readonly clock: Clock,
    readonly background: (write: Promise<unknown>) => void,
  ) {}

  observe(observation: Observation): void {
    const isKept = observation.kept || KEPT.has(observation.role);
    if (!isKept || observation.state === 'fault') return;
    this.#changed.set(observation.path, observation);
    if (!this.#isClosed) this.#timer ??= this.clock.setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Writes what has changed since the last time. */
  flush(): void {
    this.clock.clearTimeout(this.#timer);
    this.#timer = null;
    const changed = this.#changed;
    this.#changed = new Map();
    for (const observation of changed.values()) this.background(this.#put(observation));
  }

  /** Writes what is left; what the store refuses from now on is for nobody, and nothing waits for it. */
  close(): void {
    this.#isClosed = true;
    this.flush();
  }

  async #put(observation: Observation): Promise<void> {
    const { path, incarnation, role, state, detail } = observation;
    try {
      await this.snapshots.put({ path, incarnation, role, state, kind: 'observed', detail: detail ?? null });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (this.#isClosed) return;
      // There is no room now: the picture is put when there is, unless there is a newer one by then.
      if (!this.#changed.has(path)) this.#changed.set(path, observation);
      this.#timer ??= this.clock.setTimeout(() => this.flush(), ASK_AGAIN_MS);
    }
  }
}

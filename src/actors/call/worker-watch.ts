import type { Clock } from '../../clock.js';
import { type Liveness, type LivenessPolicy, look, newLiveness } from '../../machines/worker/liveness.js';

/** What a watch looks at, and whom it tells. */
export interface Watched {
  readonly clock: Clock;
  readonly policy: LivenessPolicy;
  /** When it was last heard, by the clock. */
  heardAt(): number;
  /** CPU it has used, in milliseconds; null when unknown. */
  cpuMs(): number | null;
  /** Asks for a sign of life. */
  ping(): void;
  /** It has been silent and still for too long: its last word is asked for. */
  ask(): void;
  /** It is stuck for good. Nothing follows. */
  dead(facts: { readonly silentMs: number; readonly cpuMs: number | null }): void;
  /** Each look at one that is well enough. */
  looked(): void;
}

/** Looks at one worker again and again. */
export class WorkerWatch {
  #state: Liveness;
  #timer: unknown;
  #over = false;

  constructor(readonly watched: Watched) {
    this.#state = newLiveness(watched.clock.now());
    this.#next();
  }

  stop(): void {
    this.#over = true;
    this.watched.clock.clearTimeout(this.#timer);
  }

  #next(): void {
    const { clock, policy } = this.watched;
    this.#timer = clock.setTimeout(() => this.#look(), policy.heartbeatMs);
  }

  #look(): void {
    if (this.#over) return;
    const { watched } = this;
    const now = watched.clock.now();
    const heardAt = watched.heardAt();
    const { state, verdict } = look(watched.policy, this.#state, { now, heardAt, cpuMs: () => watched.cpuMs() });
    this.#state = state;
    if (verdict === 'dead') {
      this.#over = true;
      return watched.dead({ silentMs: now - heardAt, cpuMs: state.cpuMs });
    }
    if (verdict === 'ask') watched.ask();
    watched.ping();
    watched.looked();
    if (!this.#over) this.#next();
  }
}

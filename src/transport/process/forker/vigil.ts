import {
  BOOT_PATIENCE,
  judgeSilence,
  PATIENCE,
  type PatiencePolicy,
  type Silence,
} from '../../../machines/time/patience.js';

/** What a vigil does to the one that it watches over. */
export interface VigilActs {
  /** Asks for a sign of life. */
  ask(): void;
  isStopped(): boolean;
  wake(): void;
  /** Called once: it has not answered for so many milliseconds. */
  giveUp(silentMs: number): void;
}

/** The timers of a vigil. */
export interface VigilClock {
  now(): number;
  setInterval(tick: () => void, everyMs: number): unknown;
  clearInterval(timer: unknown): void;
}

const REAL: VigilClock = {
  now: () => performance.now(),
  // Whoever waits for an answer keeps the process alive; a vigil does not.
  setInterval: (tick, everyMs) => setInterval(tick, everyMs).unref(),
  clearInterval: (timer) => clearInterval(timer as NodeJS.Timeout),
};

/** Watches over a helper process as long as anything is awaited from it. */
export class Vigil {
  #timer: unknown = null;
  #policy: PatiencePolicy = BOOT_PATIENCE;
  #silence: Silence = { lookedAt: 0, looks: 0 };
  #heard = false;

  constructor(
    private readonly acts: VigilActs,
    private readonly clock: VigilClock = REAL,
  ) {}

  /** Something is awaited. More than one call does no harm. */
  begin(): void {
    if (this.#timer !== null) return;
    this.#silence = { lookedAt: this.clock.now(), looks: 0 };
    this.#heard = true;
    this.#timer = this.clock.setInterval(() => this.#look(), this.#policy.everyMs);
  }

  /** Nothing is awaited any more. */
  end(): void {
    if (this.#timer !== null) this.clock.clearInterval(this.#timer);
    this.#timer = null;
  }

  /** It has given a sign of life. */
  answered(): void {
    this.#heard = true;
  }

  /** It has begun to answer. */
  booted(): void {
    this.#policy = PATIENCE;
    this.#heard = true;
  }

  #look(): void {
    const { everyMs } = this.#policy;
    const answered = this.#heard;
    this.#heard = false;
    // Also of one that has not answered yet: asked again, a forker looks after whoever keeps it waiting.
    this.acts.ask();
    const isStopped = () => this.acts.isStopped();
    const { state, verdict } = judgeSilence(this.#policy, this.#silence, {
      now: this.clock.now(),
      answered,
      isStopped,
    });
    this.#silence = state;
    switch (verdict) {
      case 'answers':
      case 'silent':
        return;
      case 'wake':
        return this.acts.wake();
      case 'give up':
        this.end();
        return this.acts.giveUp(state.looks * everyMs);
      default:
        return verdict satisfies never;
    }
  }
}

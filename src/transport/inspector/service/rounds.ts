import { LIMITS } from '../limits.js';
import type { Session } from './session.js';

export interface RoundHooks {
  before(): void;
  after(session: Session): void;
  onFault(error: unknown): void;
}

/**
 * Frames: what is new is said to all clients at most once in `frameMs`. A round is cut into slices, so that the host's own
 * work has its turn however many clients there are.
 */
export class Rounds {
  readonly #sessions: ReadonlySet<Session>;
  readonly #hooks: RoundHooks;
  #timer: NodeJS.Timeout | null = null;
  #alive: NodeJS.Timeout | null = null;
  #isRunning = false;
  #isWanted = false;
  #isOver = false;

  constructor(sessions: ReadonlySet<Session>, hooks: RoundHooks) {
    this.#sessions = sessions;
    this.#hooks = hooks;
  }

  /** Something may be new. */
  wake(): void {
    if (this.#isOver || this.#sessions.size === 0) return;
    this.#alive ??= setInterval(() => this.#sayAlive(), LIMITS.aliveMs).unref();
    if (this.#isRunning) this.#isWanted = true;
    else this.#timer ??= setTimeout(() => void this.#round(), LIMITS.frameMs);
  }

  /** One more round, after those that were wanted. */
  async last(): Promise<void> {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round();
    // What had to be read first is said in a second one.
    await new Promise((resolve) => setTimeout(resolve, LIMITS.frameMs));
    await this.#round();
  }

  close(): void {
    this.#isOver = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (this.#alive) clearInterval(this.#alive);
  }

  async #round(): Promise<void> {
    this.#timer = null;
    this.#isRunning = true;
    this.#guarded(() => this.#hooks.before());
    let sliceEnd = performance.now() + LIMITS.sliceMs;
    for (const session of [...this.#sessions]) {
      if (performance.now() > sliceEnd) {
        await new Promise(setImmediate);
        sliceEnd = performance.now() + LIMITS.sliceMs;
      }
      const isDone = this.#guarded(() => {
        session.frame();
        this.#hooks.after(session);
      });
      if (!isDone) session.close('failed');
    }
    this.#isRunning = false;
    if (!this.#isWanted && ![...this.#sessions].some((session) => session.hasMore)) return;
    this.#isWanted = false;
    this.wake();
  }

  /** A fault of one client's view is not the others', and not the host's. */
  #guarded(act: () => void): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.#hooks.onFault(error);
      return false;
    }
  }

  #sayAlive(): void {
    if (this.#sessions.size === 0 && this.#alive) {
      clearInterval(this.#alive);
      this.#alive = null;
    }
    for (const session of [...this.#sessions]) session.stayAlive();
    this.wake();
  }
}

import type { SweepTarget } from '../launcher/launcher.js';
import { readStat } from '../proc.js';
import type { SweepReport } from '../spawner.js';
import { isAlive, type ProcessStat } from '../stat.js';

/** How long a sweep goes on against something that will not die, in milliseconds. */
const GIVE_UP_MS = 5_000;
/** Passes without a find that prove the target gone: one can miss a process in the instant of its exec. */
const CLEAN_PASSES = 2;

/** One sweep in progress: its target, and what was found so far. */
export class Hunt {
  readonly #killed = new Map<number, number>();
  readonly #suspects = new Map<number, string>();
  readonly #giveUpAt: number;
  #clean = 0;
  #dirty = false;

  constructor(
    readonly target: SweepTarget,
    readonly done: (report: SweepReport) => void,
    readonly fail: (error: unknown) => void,
    now: number,
  ) {
    this.#giveUpAt = now + GIVE_UP_MS;
  }

  /** Whether the pass found something. */
  get dirty(): boolean {
    return this.#dirty;
  }

  begin(): void {
    this.#dirty = false;
    this.#suspects.clear();
  }

  found(stat: ProcessStat): void {
    this.#dirty = true;
    this.#killed.set(stat.pid, stat.startTicks);
  }

  suspect(pid: number, reason: string): void {
    this.#suspects.set(pid, reason);
  }

  /** Ends a pass. The report, once nothing was found often enough or time has run out. */
  end(now: number): SweepReport | null {
    this.#clean = this.#dirty || this.#leaving() ? 0 : this.#clean + 1;
    if (this.#clean < CLEAN_PASSES && now < this.#giveUpAt) return null;
    return this.#report(this.#clean >= CLEAN_PASSES);
  }

  /** What one pass saw, for those who only look. */
  census(): SweepReport {
    return this.#report(!this.#dirty);
  }

  #report(clean: boolean): SweepReport {
    return {
      killed: [...this.#killed.keys()],
      suspects: [...this.#suspects].map(([pid, reason]) => ({ pid, reason })),
      clean,
    };
  }

  /** Whether something killed is still on its way out: its environment goes before its files do. */
  #leaving(): boolean {
    for (const [pid, startTicks] of this.#killed) {
      const stat = readStat(pid);
      if (stat !== null && stat.startTicks === startTicks && isAlive(stat)) return true;
    }
    return false;
  }
}

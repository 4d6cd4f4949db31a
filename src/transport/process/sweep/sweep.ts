import type { EspalierError } from '../../../errors.js';
import type { SweepTarget } from '../contract/launcher.js';
import type { SweepReport } from '../contract/spawner.js';
import { look, UNSEEN } from '../proc/look.js';
import { readVisibleStat } from '../proc/proc.js';
import { isAlive, type ProcessStat } from '../proc/stat.js';

/** How long a sweep goes on against something that will not die, in milliseconds. */
const GIVE_UP_MS = 15_000;
/** Passes without a find that prove the target gone: what began behind the back of one is met by the next. */
const CLEAN_PASSES = 2;

/** One sweep in progress: its target, and what was found so far. */
export class Sweep {
  readonly #killed = new Map<number, number>();
  readonly #suspects = new Map<number, string>();
  readonly #stuck = new Map<number, string>();
  readonly #giveUpAt: number;
  #clean = 0;
  #dirty = false;

  constructor(
    readonly target: SweepTarget,
    /** Whether it goes on until nothing is found any more; otherwise it ends with its first pass. */
    private readonly proves: boolean,
    readonly done: (report: SweepReport) => void,
    readonly fail: (error: EspalierError) => void,
    now: number,
  ) {
    this.#giveUpAt = now + GIVE_UP_MS;
  }

  /** Whether the pass found something, or cannot say that it did not. */
  get dirty(): boolean {
    return this.#dirty;
  }

  begin(): void {
    this.#dirty = false;
    this.#suspects.clear();
    this.#stuck.clear();
  }

  /** It is ours, and cannot be killed. */
  stuck(pid: number, reason: string): void {
    this.#stuck.set(pid, reason);
  }

  found(stat: ProcessStat): void {
    this.#dirty = true;
    this.#killed.set(stat.pid, stat.startTicks);
  }

  /** Not everything could be looked at: this pass proves nothing. */
  unsure(): void {
    this.#dirty = true;
  }

  suspect(pid: number, reason: string): void {
    this.#suspects.set(pid, reason);
  }

  /** Ends a pass. The report, once nothing was found often enough or time has run out. */
  end(now: number): SweepReport | null {
    if (!this.proves) return this.#report(!this.#dirty);
    const leaving = this.#leaving();
    this.#clean = this.#dirty || leaving.length > 0 ? 0 : this.#clean + 1;
    if (this.#clean < CLEAN_PASSES && now < this.#giveUpAt) return null;
    for (const pid of leaving) this.#stuck.set(pid, `still there ${GIVE_UP_MS} ms after SIGKILL`);
    return this.#report(this.#clean >= CLEAN_PASSES);
  }

  #report(clean: boolean): SweepReport {
    return {
      killed: [...this.#killed.keys()],
      suspects: [...this.#suspects, ...this.#stuck].map(([pid, reason]) => ({ pid, reason })),
      clean: clean && this.#stuck.size === 0,
    };
  }

  /** What was killed and is still on its way out: its environment goes before its files do. */
  #leaving(): readonly number[] {
    return [...this.#killed].flatMap(([pid, startTicks]) => {
      const stat = look(() => readVisibleStat(pid));
      if (stat === UNSEEN) return pid;
      return stat !== null && stat.startTicks === startTicks && isAlive(stat) ? pid : [];
    });
  }
}

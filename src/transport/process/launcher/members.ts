import { codeOf } from '../../../errors.js';
import { listPids, newestPid, pidsBetween, probeStat } from '../proc.js';
import { isAlive } from '../stat.js';
import type { HeldSession } from './launcher.js';

/** Within this time pids cannot begin anew: that takes tens of thousands of forks. */
const NO_WRAP_MS = 1_000;
/** Members that were born in the instant of a kill still count; others with that group's number are somebody else's. */
const LATE_TICKS = 10;
/** Pids that are remembered at most. */
const MOST_KNOWN = 4_096;

/**
 * Tells whether process groups have members that are not zombies.
 *
 * A zombie keeps its group until it is collected, which a careless first process of a container does late or never; so
 * the group's mere existence says little. Pids are given out in ascending order, so that all members of a young group
 * lie between its leader and the newest pid, and need no look at the whole machine; and of those, what was seen a moment
 * ago to be dead or in another group needs no second look.
 */
export class Members {
  /** The group of a pid, 0 for a zombie, and when that was seen. A process never joins a group of another session. */
  readonly #known = new Map<number, { readonly group: number; readonly at: number }>();

  /** Whether a group has a live member that may be its own: one born while its number was. */
  live({ pid: leader, pinnedUntil }: HeldSession, ageMs: number): boolean {
    if (!groupExists(leader)) return false;
    const now = performance.now();
    const pids = (ageMs < NO_WRAP_MS && pidsBetween(leader - 1, newestPid())) || listPids();
    return pids.some((pid) => {
      const known = this.#known.get(pid);
      if (known !== undefined && now - known.at < NO_WRAP_MS && known.group !== leader) return false;
      const stat = probeStat(pid);
      if (stat === null) return false;
      const group = isAlive(stat) ? stat.group : 0;
      this.#remember(pid, group, now);
      return group === leader && stat.startTicks <= pinnedUntil + LATE_TICKS;
    });
  }

  #remember(pid: number, group: number, at: number): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(pid, { group, at });
  }
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

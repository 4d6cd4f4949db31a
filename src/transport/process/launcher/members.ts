import { codeOf } from '../../../errors.js';
import { listPids, newestPid, pidsBetween, probeStat } from '../proc.js';
import { isAlive } from '../stat.js';
import type { HeldSession } from './launcher.js';

/** A group younger than this cannot have seen pids wrap around: that takes tens of thousands of forks. */
const NO_WRAP_MS = 1_000;

/** Members that were born in the instant of a kill still count; others with that group's number are somebody else's. */
const LATE_TICKS = 10;

/**
 * Whether a process group has a member that is not a zombie.
 *
 * A zombie keeps its group until it is collected, which a careless first process of a container does late or never; so
 * the group's mere existence says little. Pids are given out in ascending order, so that all members of a young group
 * lie between its leader and the newest pid, and need no look at the whole machine.
 */
export function groupLives({ pid: leader, pinnedUntil }: HeldSession, ageMs: number): boolean {
  if (!groupExists(leader)) return false;
  const pids = (ageMs < NO_WRAP_MS && pidsBetween(leader - 1, newestPid())) || listPids();
  return pids.some((pid) => {
    const stat = probeStat(pid);
    return stat !== null && stat.group === leader && isAlive(stat) && stat.startTicks <= pinnedUntil + LATE_TICKS;
  });
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

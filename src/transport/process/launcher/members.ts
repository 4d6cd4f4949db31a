import { readFileSync } from 'node:fs';
import { codeOf } from '../../../errors.js';
import { listPids, readStat } from '../proc.js';
import { isAlive } from '../stat.js';

/** A group younger than this cannot have seen pids wrap around: that takes tens of thousands of forks. */
const NO_WRAP_MS = 1_000;
/** More pids than this are looked up through a listing instead of one by one. */
const MOST_GUESSES = 256;

/**
 * Whether a process group has a member that is not a zombie.
 *
 * A zombie keeps its group until it is collected, which a careless first process of a container does late or never; so
 * the group's mere existence says little. Pids are given out in ascending order, so that all members of a young group
 * lie between its leader and the newest pid, and need no look at the whole machine.
 */
export function groupLives(leader: number, ageMs: number): boolean {
  if (!groupExists(leader)) return false;
  const pids = (ageMs < NO_WRAP_MS && pidsSince(leader)) || listPids();
  return pids.some((pid) => {
    const stat = readStat(pid);
    return stat !== null && stat.group === leader && isAlive(stat);
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

/** The pids from `first` to the newest one; null when they are too many or have begun anew. */
function pidsSince(first: number): readonly number[] | null {
  const newest = Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1));
  if (!(newest >= first) || newest - first > MOST_GUESSES) return null;
  return Array.from({ length: newest - first + 1 }, (_, i) => first + i);
}

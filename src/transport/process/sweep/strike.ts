import { codeOf } from '../../../errors.js';
import { readCommandLine } from '../proc/proc.js';
import type { ProcessStat } from '../proc/stat.js';
import { isGuardLine } from '../scripts/guard.js';

/** Signals what was just proven ours. Null, also when it is gone already; or why it could not be done. */
export function signal(pid: number, name: 'SIGSTOP' | 'SIGKILL'): string | null {
  try {
    process.kill(pid, name);
    return null;
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return null;
    if (codeOf(error) === 'EPERM') return 'ours, and not ours to signal: it runs as another user';
    throw error;
  }
}

/** Whether a process is a guard, or the watcher that one left in its group. Guards lead a session of their own. */
export function isWatcher(stat: ProcessStat): boolean {
  return stat.session === stat.group && isGuardLine(readCommandLine(stat.pid));
}

/** Kills the group of a watcher that was just seen alive: it holds the group's number. */
export function killGroupOf(watcher: ProcessStat): string | null {
  return signal(-watcher.group, 'SIGKILL');
}

import type { ProcessIdentity } from '../../../machines/process/process.js';
import { listThreads, readText } from './proc.js';
import { parseStat } from './stat.js';

/** The kernel counts CPU in hundredths of a second towards programs, whatever its own clock. */
const TICK_MS = 10;

/** Processes below one worker that are looked at. */
const MOST_DESCENDANTS = 256;

/**
 * CPU that a process and its living descendants have used, in milliseconds, with that of children whose end they have
 * seen. Null when the process is gone, or is another one by now, or cannot be looked at now.
 */
export function readCpuMs({ pid, startTicks }: ProcessIdentity): number | null {
  if (startOf(pid) !== startTicks) return null;
  const own = cpuTicks(pid);
  if (own === null) return null;
  return [...descendants(pid)].reduce((sum, child) => sum + (cpuTicks(child) ?? 0), own) * TICK_MS;
}

/** The resident memory of a process in bytes; null when it is gone, is another one by now, or cannot be looked at now. */
export function readRss({ pid, startTicks }: ProcessIdentity): number | null {
  const text = readText(`/proc/${pid}/status`);
  if (text === null || startOf(pid) !== startTicks) return null;
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  return kib === undefined ? null : Number(kib) * 1024;
}

function startOf(pid: number): number | undefined {
  const text = readText(`/proc/${pid}/stat`);
  return text === null ? undefined : parseStat(text)?.startTicks;
}

function cpuTicks(pid: number): number | null {
  const text = readText(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ', 15);
  // utime, stime, cutime, cstime
  return fields.slice(11).reduce((sum, ticks) => sum + Number(ticks), 0);
}

function* descendants(pid: number): Generator<number> {
  const open = [pid];
  let left = MOST_DESCENDANTS;
  for (let parent = open.pop(); parent !== undefined && left > 0; parent = open.pop()) {
    for (const child of children(parent)) {
      if (left === 0) return;
      left -= 1;
      yield child;
      open.push(child);
    }
  }
}

/** Empty on a kernel that does not list children. */
function children(pid: number): readonly number[] {
  return listThreads(pid).flatMap((thread) => {
    const text = readText(`/proc/${pid}/task/${thread}/children`)?.trim();
    return text ? text.split(' ').map(Number) : [];
  });
}

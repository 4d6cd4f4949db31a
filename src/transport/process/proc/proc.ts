import { existsSync, readdirSync } from 'node:fs';
import { codeOf } from '../../../errors.js';
import { CannotLook, look, readBytes, UNSEEN, withSpare } from './look.js';
import { type ProcessStat, parseEnvironmentEnd, parseStat, parseUptime } from './stat.js';

// Every reader here is synchronous: nothing may come between a look at a process and the signal that follows it. Each says
// that something is gone only where the kernel says so; what cannot be looked at now throws `CannotLook`, unless said otherwise.

/** More pids than this are looked up through a listing instead of one by one. */
const MOST_GUESSES = 256;

/** A file of `/proc` could not be read because it belongs to another user. */
export const UNREADABLE = Symbol('unreadable');

/** A process is just becoming another program, or ending: for that moment the kernel shows nothing of its environment. */
export const UNSETTLED = Symbol('unsettled');

/** What can be learnt of an environment: its bytes, valid until the next call; null when the process is gone. */
export type Environment = Buffer | null | typeof UNREADABLE | typeof UNSETTLED;

/** The bytes of a small `/proc` file; valid until the next call. Null when the process is gone. */
function readProc(path: string): Buffer | null | typeof UNREADABLE {
  try {
    return readBytes(path);
  } catch (error) {
    return absentOrUnreadable(path, error);
  }
}

function absentOrUnreadable(path: string, error: unknown): null | typeof UNREADABLE {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ESRCH') return null;
  if (code === 'EACCES' || code === 'EPERM') return UNREADABLE;
  throw new CannotLook(path, error);
}

/** The bytes of a file that anybody may read, where `/proc` hides nobody. */
function readPublic(path: string): Buffer | null {
  const bytes = readProc(path);
  if (bytes === UNREADABLE) throw new CannotLook(path, 'it is hidden from this user', true);
  return bytes;
}

/** The stat of a pid, or null when no such process exists. A zombie still has one. */
export function readStat(pid: number): ProcessStat | null {
  const bytes = readPublic(`/proc/${pid}/stat`);
  return bytes === null ? null : parseStat(bytes.toString('latin1'));
}

/** When a process of our own began, as far as that can be asked now; otherwise 0, by which nothing is proven. */
export function startTicksOf(pid: number): number {
  const stat = look(() => readStat(pid));
  return stat === UNSEEN ? 0 : (stat?.startTicks ?? 0);
}

/** As `readStat` for a search: null also for what is hidden from this user, as others' processes can be. */
export function readVisibleStat(pid: number): ProcessStat | null {
  try {
    return readStat(pid);
  } catch (error) {
    if (error instanceof CannotLook && error.isHidden) return null;
    throw error;
  }
}

/** As `readVisibleStat`, for a pid that may well not exist: says so without the cost of an exception. */
export function probeStat(pid: number): ProcessStat | null {
  return existsSync(`/proc/${pid}/stat`) ? readVisibleStat(pid) : null;
}

/** The environment of a pid as the kernel shows it. Where it reads as empty, it is proven so. */
export function readEnvironment(pid: number): Environment {
  for (let before: number | null = null; ; ) {
    const environment = readProc(`/proc/${pid}/environ`);
    if (environment === null) return environmentOfThreads(pid);
    if (environment === UNREADABLE || environment.length > 0) return environment;
    const end = environmentEnd(pid);
    if (end === null) return null;
    // Older kernels show an empty environment where newer ones show none.
    if (end === 0) return environmentOfThreads(pid) ?? UNSETTLED;
    // The same program before the look and after it: it has none.
    if (end === before) return Buffer.alloc(0);
    before = end;
  }
}

/** A process whose first thread has ended shows its environment through the others alone. */
function environmentOfThreads(pid: number): Buffer | null {
  for (const thread of listNumbers(`/proc/${pid}/task`)) {
    const environment = thread === pid ? null : readProc(`/proc/${pid}/task/${thread}/environ`);
    if (environment instanceof Buffer && environment.length > 0) return environment;
  }
  return null;
}

/** Where in its memory a process's environment ends; 0 in the midst of an exec and of its end, null when it is gone. */
function environmentEnd(pid: number): number | null {
  const bytes = readPublic(`/proc/${pid}/stat`);
  return bytes === null ? null : parseEnvironmentEnd(bytes.toString('latin1'));
}

/**
 * The command line of a pid as words; empty for a zombie, a kernel thread, or when gone. Empty words at its end are left
 * out: who writes his own line leaves some.
 */
export function readCommandLine(pid: number): readonly string[] {
  const bytes = readProc(`/proc/${pid}/cmdline`);
  if (bytes === null || bytes === UNREADABLE || bytes.length === 0) return [];
  return wordsOf(bytes);
}

/** The words of a command line as the kernel shows it. */
export function wordsOf(bytes: Buffer): readonly string[] {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.toString('utf8', 0, end).split('\0');
}

/** As `readStat` and the like, for those who can do without: null also for what cannot be looked at now. Never throws. */
export function readText(path: string): string | null {
  try {
    const bytes = readProc(path);
    return bytes === null || bytes === UNREADABLE ? null : bytes.toString('latin1');
  } catch (error) {
    if (error instanceof CannotLook) return null;
    throw error;
  }
}

/** The resident memory of a pid in bytes; null when it is gone, a zombie, another user's, or cannot be looked at now. */
export function readResident(pid: number): number | null {
  const text = readText(`/proc/${pid}/status`);
  if (text === null) return null;
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(text);
  return line === null ? null : Number(line[1]) * 1024;
}

/**
 * How many processes of this machine the kernel has ended for want of memory, in cgroups or as a whole; 0 where it does not
 * say, null when it cannot be asked now.
 */
export function readOomKills(): number | null {
  const text = readText('/proc/vmstat');
  return text === null ? null : Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
}

/** Every pid of this namespace at this moment. */
export function listPids(): number[] {
  return listNumbers('/proc');
}

/** The threads of a process; none when it is gone or cannot be looked at now. */
export function listThreads(pid: number): readonly number[] {
  const threads = look(() => listNumbers(`/proc/${pid}/task`));
  return threads === UNSEEN ? [] : threads;
}

/** The entries of a folder that are numbers; none when it is gone. */
function listNumbers(folder: string): number[] {
  const numbers: number[] = [];
  for (const name of namesIn(folder)) {
    const first = name.charCodeAt(0);
    if (first >= 0x30 && first <= 0x39) numbers.push(Number(name));
  }
  return numbers;
}

function namesIn(folder: string): readonly string[] {
  // Mostly it is gone already, and an exception costs more than a question.
  if (!existsSync(folder)) return [];
  try {
    return withSpare(() => readdirSync(folder));
  } catch (error) {
    // A process may end, or become another user's, between the two.
    absentOrUnreadable(folder, error);
    return [];
  }
}

/** The pid that was given out last. */
export function newestPid(): number {
  const bytes = readPublic('/proc/loadavg');
  return bytes === null ? 0 : Number(bytes.toString('latin1').trim().split(' ').at(-1));
}

/** The pids given out after `first`, up to `last`; null when they are too many to look at one by one, or began anew. */
export function pidsBetween(first: number, last: number): number[] | null {
  if (!(last >= first) || last - first > MOST_GUESSES) return null;
  return Array.from({ length: last - first }, (_, i) => first + 1 + i);
}

/**
 * Clock ticks since boot, on the scale of `ProcessStat.startTicks`. 0 when it cannot be asked now: what began before is looked
 * at as well, and nothing is proven by it.
 */
export function nowTicks(): number {
  const text = readText('/proc/uptime');
  return text === null ? 0 : parseUptime(text);
}

import type { ProcessExit } from '../process/process.js';

/**
 * What kind of end a process had, as far as is known. `oom` is a SIGKILL at which the kernel counted an out-of-memory kill;
 * `killed` is any other, and whatever we have ended ourselves; `unseen`: nobody saw the end.
 */
const CRASH_KINDS = [
  'segfault',
  'abort',
  'oom',
  'illegal',
  'bus',
  'arithmetic',
  'terminated',
  'killed',
  'signal',
  'error',
  'left',
  'unseen',
] as const;

export type CrashKind = (typeof CRASH_KINDS)[number];

const BY_SIGNAL: ReadonlyMap<string, CrashKind> = new Map([
  ['SIGSEGV', 'segfault'],
  ['SIGABRT', 'abort'],
  ['SIGKILL', 'killed'],
  ['SIGILL', 'illegal'],
  ['SIGBUS', 'bus'],
  ['SIGFPE', 'arithmetic'],
  ['SIGTERM', 'terminated'],
]);

/** How shells report those signals of what they ran: 128 and the number of the signal. */
const BY_CODE: Readonly<Record<number, CrashKind>> = {
  132: 'illegal',
  134: 'abort',
  135: 'bus',
  136: 'arithmetic',
  137: 'killed',
  139: 'segfault',
  143: 'terminated',
};

/** Kinds of end that say that the place, its data or its native code is bad, rather than one request. */
const NATIVE: ReadonlySet<CrashKind> = new Set(['segfault', 'abort', 'oom', 'illegal', 'bus', 'arithmetic']);

/** What is known of an end beside its exit. */
export interface CrashFacts {
  /** Whether we have ended it. */
  readonly byUs?: boolean;
  /** By how much the kernel's count of out-of-memory kills rose with it. */
  readonly oomKills?: number;
}

/**
 * Classifies an end that nobody asked for.
 *
 * @example
 * crashKind({ code: 139, signal: null }); // 'segfault'
 * crashKind({ code: null, signal: 'SIGKILL' }, { oomKills: 1 }); // 'oom'
 */
export function crashKind(exit: ProcessExit | null, { byUs = false, oomKills = 0 }: CrashFacts = {}): CrashKind {
  if (exit === null) return 'unseen';
  if (byUs) return 'killed';
  const kind = kindOf(exit);
  return kind === 'killed' && oomKills > 0 ? 'oom' : kind;
}

/** Whether an end may be the kernel's doing, for want of memory. */
export function maybeOom(exit: ProcessExit): boolean {
  return kindOf(exit) === 'killed';
}

function kindOf({ code, signal }: ProcessExit): CrashKind {
  if (signal !== null) return BY_SIGNAL.get(signal) ?? 'signal';
  if (code === null) return 'unseen';
  if (code === 0) return 'left';
  return BY_CODE[code] ?? 'error';
}

/** Whether a seat whose worker ended so is better left alone for a while. */
export function taints(kind: CrashKind): boolean {
  return NATIVE.has(kind);
}

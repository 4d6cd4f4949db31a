import type { HeldSession, SweepTarget } from '../contract/launcher.js';
import type { ProcessStat } from '../proc/stat.js';

/** What a target has to do with one process. */
export type Match =
  /** Proven ours: it carries the cookie, or was born into our session while that was ours. */
  | { readonly kind: 'ours' }
  /** Could be ours, and cannot be proven so. */
  | { readonly kind: 'suspect'; readonly reason: string }
  | { readonly kind: 'none' };

const OURS: Match = { kind: 'ours' };
const NONE: Match = { kind: 'none' };

/**
 * Decides whether a process is meant by a target.
 *
 * @param entries its cookie entries, or null when its environment is not readable
 * @param leaderOf the process that has a pid now, to see whether a session number has gone to somebody else
 */
export function match(
  target: SweepTarget,
  stat: ProcessStat,
  entries: readonly string[] | null,
  leaderOf: (session: number) => ProcessStat | null,
): Match {
  if (stat.startTicks < target.startTicks) return NONE;
  if (entries?.some((entry) => carries(entry, target.cookies))) return OURS;
  const session = target.sessions.find(({ pid }) => pid === stat.session);
  return session === undefined ? NONE : matchSession(session, stat, leaderOf);
}

function carries(entry: string, cookies: readonly string[]): boolean {
  return cookies.some((cookie) => (cookie.endsWith('.') ? entry.startsWith(cookie) : entry === cookie));
}

function matchSession(
  session: HeldSession,
  stat: ProcessStat,
  leaderOf: (session: number) => ProcessStat | null,
): Match {
  if (stat.pid === session.pid) return matchLeader(session, stat);
  const leader = leaderOf(session.pid);
  if (leader !== null && leader.startTicks !== session.startTicks) return NONE;
  if (stat.startTicks >= session.startTicks && stat.startTicks <= session.pinnedUntil) return OURS;
  return {
    kind: 'suspect',
    reason: `in session ${session.pid}, without a cookie, and begun when that was not provably ours`,
  };
}

/** The leader carries our cookie unless it lost it; its number and its start alone prove nothing. */
function matchLeader(session: HeldSession, stat: ProcessStat): Match {
  if (stat.startTicks !== session.startTicks) return NONE;
  return { kind: 'suspect', reason: 'its pid and its start fit, but it shows no cookie' };
}

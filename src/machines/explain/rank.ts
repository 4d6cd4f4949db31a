import { CAUSES, type Cause, type Finding } from './findings/explanation.js';

/** What is over is still news for so long, in milliseconds: who asks why wants to hear of it first. */
const NEWS_MS = 15 * 60_000;

/** Findings that say that nothing is wrong. */
const WELL: ReadonlySet<Cause> = new Set(['running', 'succeeded', 'ended', 'recycled']);

/**
 * What is wrong now, then what was wrong lately, then that all is well, then history. Within the first, causes come before
 * what follows from them, in the order of `CAUSES`, and among equals the newest; what is over is told backwards.
 *
 * A chain is followed by that order alone: a pool is degraded because its seat failed, the seat because its boots failed,
 * and each of these is a finding of its own.
 *
 * @param until the last moment of which the findings tell
 */
export function rank(findings: readonly Finding[], until: number): Finding[] {
  const place = (found: Finding) => placeOf(found, until);
  return findings.toSorted((a, b) => place(a) - place(b) || within(a, b));
}

function placeOf({ cause, standing, at }: Finding, until: number): number {
  if (WELL.has(cause)) return standing ? 2 : 3;
  if (standing) return 0;
  return until - at <= NEWS_MS ? 1 : 3;
}

function within(a: Finding, b: Finding): number {
  return a.standing ? rootOf(a) - rootOf(b) || b.at - a.at : b.at - a.at || rootOf(a) - rootOf(b);
}

function rootOf({ cause }: Finding): number {
  return CAUSES.indexOf(cause);
}

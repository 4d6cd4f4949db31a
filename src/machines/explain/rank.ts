import { CAUSES, type Finding } from './explanation.js';

/**
 * What holds now before what is over; of that, causes before what follows from them, in the order of `CAUSES`; among equals
 * the newest. History is told backwards.
 *
 * A chain is followed by that order alone: a pool is degraded because its slot failed, the slot because its boots failed,
 * and each of these is a finding of its own.
 */
export function rank(findings: readonly Finding[]): Finding[] {
  return findings.toSorted(compare);
}

function compare(a: Finding, b: Finding): number {
  if (a.standing !== b.standing) return a.standing ? -1 : 1;
  return a.standing ? rootOf(a) - rootOf(b) || b.at - a.at : b.at - a.at || rootOf(a) - rootOf(b);
}

function rootOf({ cause }: Finding): number {
  return CAUSES.indexOf(cause);
}

import { ADVICE } from './advice.js';
import type { Cause, Evidence, Finding } from './explanation.js';
import { some } from './words.js';

/** What a family of causes found; the rest follows from the cause. */
export interface Found {
  readonly about: string;
  readonly sentences: readonly [string, ...string[]];
  readonly evidence?: readonly Evidence[];
  /** What to do about it, where that does not follow from the cause. */
  readonly advice?: string | null;
  /** Whether it still holds (it does, unless said otherwise). */
  readonly standing?: boolean;
  readonly at: number;
}

/** A finding with what there is to do about it, by its cause unless said otherwise. */
export function finding(
  cause: Cause,
  { about, sentences, evidence = [], advice = ADVICE[cause], standing = true, at }: Found,
): Finding {
  return { cause, about, sentences, evidence: some(evidence), advice, standing, at };
}

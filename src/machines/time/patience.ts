/** When a helper process that does not answer is woken, and when it is given up: counted in looks. */
export interface PatiencePolicy {
  /** Between two looks, in milliseconds; each look also asks for a sign of life. */
  readonly everyMs: number;
  /** Silent looks after which it is told to go on, if it proves to be stopped. */
  readonly wakeAfter: number;
  /** Silent looks after which it is replaced. */
  readonly giveUpAfter: number;
}

/** Stopped: told to go on within three seconds. Silent for whatever reason: replaced after fifteen. */
export const PATIENCE: PatiencePolicy = { everyMs: 1000, wakeAfter: 2, giveUpAfter: 15 };

/** As `PATIENCE`, until it has begun to answer: a program is loaded slowly by a busy machine. */
export const BOOT_PATIENCE: PatiencePolicy = { ...PATIENCE, giveUpAfter: 20 };

/** What is known of a helper's silence. */
export interface Silence {
  /** When it was last looked at. */
  readonly lookedAt: number;
  /** Looks in a row that found it silent. */
  readonly looks: number;
}

/** `wake`: it is stopped and is to go on. `give up`: it will not answer. */
export type PatienceVerdict = 'answers' | 'silent' | 'wake' | 'give up';

/**
 * Judges a helper by one look. A look that comes late counts for nothing: our own loop stood still, so that the answer may
 * lie unread, or the whole machine was suspended, and the helper with us.
 *
 * @param seen.isStopped asked only of one that is silent
 */
export function judgeSilence(
  policy: PatiencePolicy,
  state: Silence,
  seen: { readonly now: number; readonly answered: boolean; isStopped(): boolean },
): { readonly state: Silence; readonly verdict: PatienceVerdict } {
  const { now, answered } = seen;
  if (answered) return { state: { lookedAt: now, looks: 0 }, verdict: 'answers' };
  const isLate = now - state.lookedAt > 2 * policy.everyMs;
  const looks = isLate ? state.looks : state.looks + 1;
  const next = { lookedAt: now, looks };
  if (isLate) return { state: next, verdict: 'silent' };
  if (looks >= policy.giveUpAfter) return { state: next, verdict: 'give up' };
  return { state: next, verdict: looks >= policy.wakeAfter && seen.isStopped() ? 'wake' : 'silent' };
}

/** How the time between repeated attempts grows. */
export interface Backoff {
  /** Milliseconds before the first repetition. */
  readonly initialMs: number;
  /** By which each further delay is multiplied; at least 1. */
  readonly factor: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
  /** The share of a delay, from 0 to 1, within which it is spread to either side. */
  readonly jitter: number;
}

/** 100 ms, doubled up to 30 s, spread by a tenth. */
export const DEFAULT_BACKOFF: Backoff = { initialMs: 100, factor: 2, maxMs: 30_000, jitter: 0.1 };

/**
 * Milliseconds to wait before a repetition; never more than `maxMs`, never negative.
 *
 * @param attempt how many repetitions went before in a row; 0 waits `initialMs`
 * @param random injected, in [0, 1); 0.5 is the middle: no spread
 */
export function backoffDelay(backoff: Backoff, attempt: number, random: number): number {
  const grown = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** Math.max(0, attempt));
  const spread = grown * backoff.jitter * (random * 2 - 1);
  return Math.max(0, Math.min(backoff.maxMs, Math.round(grown + spread)));
}

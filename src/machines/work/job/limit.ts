/** How often something may be begun. */
export interface LimitRate {
  readonly count: number;
  /** In so many milliseconds. */
  readonly perMs: number;
  /** How many may be begun at once after a quiet time; `count` by default. */
  readonly burst: number;
}

/** What a limit allows. */
export interface LimitSettings {
  /** Attempts at once; null for any number. */
  readonly concurrency: number | null;
  readonly rate: LimitRate | null;
}

/** A token bucket, as it was when it was last looked at. */
export interface Tokens {
  readonly tokens: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The bucket now. Time that went back counts as none: tokens are never taken away by a clock. */
export function refill({ tokens, at }: Tokens, { count, perMs, burst }: LimitRate, now: number): Tokens {
  const elapsed = Math.max(0, now - at);
  return { tokens: Math.min(burst, tokens + (elapsed * count) / perMs), at: now };
}

/** Milliseconds until there is a whole token; 0 when there is one. */
export function untilToken({ tokens }: Tokens, { count, perMs }: LimitRate): number {
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * perMs) / count);
}

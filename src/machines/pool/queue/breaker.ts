/** When a pool refuses calls for a while because they keep failing. */
export interface BreakerPolicy {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open before one call may try, in milliseconds. */
  readonly resetMs: number;
}

/** `closed`: calls pass. `open`: none does. `trying`: one is under way that decides. */
export type Breaker =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly since: number; readonly openedAt: number }
  | { readonly state: 'trying'; readonly openedAt: number };

export const CLOSED: Breaker = { state: 'closed', failures: 0 };

/** Whether a call may pass now, and the breaker after it was asked. */
export function admitCall(
  policy: BreakerPolicy,
  breaker: Breaker,
  now: number,
): { breaker: Breaker; admitted: boolean } {
  switch (breaker.state) {
    case 'closed':
      return { breaker, admitted: true };
    case 'open':
      if (now - breaker.since < policy.resetMs) return { breaker, admitted: false };
      return { breaker: { state: 'trying', openedAt: breaker.openedAt }, admitted: true };
    case 'trying':
      return { breaker, admitted: false };
    default:
      return breaker satisfies never;
  }
}

/** How a call that had passed ended; `abandoned` says nothing of the pool. */
export type CallVerdict = 'succeeded' | 'failed' | 'abandoned';

export function afterCall(policy: BreakerPolicy, breaker: Breaker, verdict: CallVerdict, now: number): Breaker {
  switch (breaker.state) {
    case 'closed':
      if (verdict === 'succeeded') return CLOSED;
      if (verdict === 'abandoned') return breaker;
      if (breaker.failures + 1 < policy.failures) return { state: 'closed', failures: breaker.failures + 1 };
      return { state: 'open', since: now, openedAt: now };
    case 'trying':
      if (verdict === 'succeeded') return CLOSED;
      // Nothing was learnt: the next call may try.
      if (verdict === 'abandoned') return { state: 'open', since: now - policy.resetMs, openedAt: breaker.openedAt };
      return { state: 'open', since: now, openedAt: breaker.openedAt };
    case 'open':
      // A call that had passed before it opened.
      return breaker;
    default:
      return breaker satisfies never;
  }
}

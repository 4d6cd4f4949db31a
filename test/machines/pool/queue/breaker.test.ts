import { describe, expect, it } from 'vitest';
import {
  admitCall,
  afterCall,
  type Breaker,
  type CallVerdict,
  CLOSED,
} from '../../../../src/machines/pool/queue/breaker.js';

const policy = { failures: 3, resetMs: 1000 };
const following = (breaker: Breaker, now: number, ...verdicts: CallVerdict[]) =>
  verdicts.reduce((state, verdict) => afterCall(policy, state, verdict, now), breaker);

describe('a circuit breaker', () => {
  it('opens after so many failures in a row, which a success ends and an abandoned call does not', () => {
    expect(following(CLOSED, 0, 'failed', 'failed', 'succeeded', 'failed', 'failed').state).toBe('closed');
    expect(following(CLOSED, 0, 'failed', 'abandoned', 'failed', 'failed').state).toBe('open');
  });

  it('lets everybody through while it is closed, and counts nothing for asking or for calls that were abandoned', () => {
    const once = following(CLOSED, 0, 'failed');
    expect(admitCall(policy, once, 5000)).toEqual({ breaker: once, admitted: true });
    expect(following(once, 0, 'abandoned', 'abandoned', 'abandoned')).toEqual(once);
  });

  it('lets nobody through until its time is up, and then one', () => {
    const open = following(CLOSED, 0, 'failed', 'failed', 'failed');
    expect(admitCall(policy, open, 999).admitted).toBe(false);
    const { breaker, admitted } = admitCall(policy, open, 1000);
    expect(admitted).toBe(true);
    expect(admitCall(policy, breaker, 1000).admitted).toBe(false);
  });

  it('is closed by the one that succeeds, opened anew by one that fails, and lets the next try after one that left', () => {
    const trying = admitCall(policy, following(CLOSED, 0, 'failed', 'failed', 'failed'), 1000).breaker;
    expect(following(trying, 1100, 'succeeded')).toEqual(CLOSED);
    expect(admitCall(policy, following(trying, 1100, 'failed'), 2099).admitted).toBe(false);
    expect(admitCall(policy, following(trying, 1100, 'failed'), 2100).admitted).toBe(true);
    expect(admitCall(policy, following(trying, 1100, 'abandoned'), 1100).admitted).toBe(true);
  });

  it('is not moved by calls that had passed before it opened', () => {
    const open = following(CLOSED, 0, 'failed', 'failed', 'failed');
    expect(following(open, 500, 'succeeded', 'failed')).toEqual(open);
  });
});

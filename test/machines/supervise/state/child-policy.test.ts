import { describe, expect, it } from 'vitest';
import { childPolicySchema } from '../../../../src/machines/supervise/state/child-policy.js';

const refused = (policy: object): string[] => {
  const { error } = childPolicySchema.safeParse({ id: 'a', ...policy });
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('the policy of a child', () => {
  it('has the defaults of OTP', () => {
    const worker = { id: 'a', restart: 'permanent', type: 'worker', shutdown: 5000, significant: false };
    expect(childPolicySchema.parse({ id: 'a' })).toEqual(worker);
    const supervisor = { ...worker, type: 'supervisor', shutdown: 'infinity' };
    expect(childPolicySchema.parse({ id: 'a', type: 'supervisor' })).toEqual(supervisor);
  });

  it.each([0, 7, 'kill', 'infinity'])('may say how long its stop may take: %s', (shutdown) => {
    expect(childPolicySchema.parse({ id: 'a', type: 'supervisor', shutdown })).toMatchObject({ shutdown });
  });

  it.each(['permanent', 'transient', 'temporary'])('may say when it is restarted: %s', (restart) => {
    expect(childPolicySchema.parse({ id: 'a', type: 'worker', restart })).toMatchObject({ restart });
  });

  it('may be significant, unless it is always restarted', () => {
    expect([refused({ significant: true, restart: 'transient' }), refused({ restart: 'permanent' })]).toEqual([[], []]);
    expect(refused({ significant: true })).toEqual([
      'significant: a permanent child is always restarted: its end cannot be significant',
    ]);
  });

  it('has an id that can stand in a path', () => {
    expect([refused({ id: '' }), refused({ id: 'a/b' }), refused({ id: 'long-name' })]).toEqual([
      ['id: must not be empty'],
      ['id: must not contain "/"'],
      [],
    ]);
  });

  it('has a backoff that grows', () => {
    const backoff = { initialMs: 0, factor: 1, maxMs: 0, jitter: 1 };
    expect(childPolicySchema.parse({ id: 'a', backoff })).toMatchObject({ backoff });
    for (const wrong of [{ initialMs: -1 }, { factor: 0.9 }, { maxMs: -1 }, { jitter: 1.1 }, { jitter: -0.1 }]) {
      expect(refused({ backoff: { ...backoff, ...wrong } })).toHaveLength(1);
    }
    expect(refused({ backoff: { initialMs: 5, factor: 2, maxMs: 9, jitter: 0 } })).toEqual([]);
  });

  it.each([-1, 0.5, 'never'])('cannot take %s to stop', (shutdown) => {
    expect(refused({ shutdown })).toHaveLength(1);
  });
});

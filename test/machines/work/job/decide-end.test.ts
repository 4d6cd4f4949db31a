import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideJobEnd, type JobAttemptEnd, type JobBeforeEnd } from '../../../../src/machines/work/job/decide-end.js';
import { type JobPolicy, WISHES } from '../../../../src/machines/work/job/policy.js';

const POLICY: JobPolicy = {
  attempts: 3,
  backoff: { initialMs: 100, factor: 2, maxMs: 1000, jitter: 0 },
  timeoutMs: null,
  onLost: 'retry',
  onDependency: 'fail',
  onParentEnd: 'cancel',
  isolateAfter: 3,
  usage: null,
  reserve: {},
  commit: null,
};
const BEFORE: JobBeforeEnd = { wanted: null, endedBefore: 0, lossesBefore: 0, crashes: 0, alone: false };
const SAID = { reason: null, random: 0.5 };

const decide = (how: JobAttemptEnd['how'], before: Partial<JobBeforeEnd> = {}, policy: Partial<JobPolicy> = {}) =>
  decideJobEnd({ how }, { ...BEFORE, ...before }, { ...POLICY, ...policy }, SAID);

const HOWS = ['succeeded', 'failed', 'timed_out', 'interrupted', 'lost', 'host_lost', 'host_stopped', 'unfit'] as const;
const before = fc.record({
  wanted: fc.constantFrom(null, ...WISHES),
  endedBefore: fc.nat(4),
  lossesBefore: fc.nat(4),
  crashes: fc.nat(5),
  alone: fc.boolean(),
});

describe('the end of an attempt', () => {
  it('is the end of its job when it succeeded', () => {
    expect(decide('succeeded')).toEqual({ type: 'ended', outcome: 'succeeded', error: null });
  });

  it('is tried again, later each time, until its attempts are used up', () => {
    expect([0, 1, 2].map((endedBefore) => decide('failed', { endedBefore }))).toEqual([
      { type: 'retried', delayMs: 100 },
      { type: 'retried', delayMs: 200 },
      { type: 'ended', outcome: 'failed', error: null },
    ]);
  });

  it('counts for nothing when its host or its pool was stopped', () => {
    for (const how of ['interrupted', 'host_stopped'] as const) {
      expect(decide(how, { crashes: 2, endedBefore: 9 })).toEqual({ type: 'returned', crashes: 2, alone: false });
    }
  });

  it('is decided by a wish that came before it, whatever it came to', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HOWS), before, (how, job) => {
        const verdict = decideJobEnd({ how }, job, POLICY, SAID);
        if (job.wanted === null) return;
        const outcomes = { cancel: 'cancelled', parent: 'cancelled', deadline: 'timed_out', budget: 'failed' } as const;
        expect(verdict).toMatchObject({ type: 'ended', outcome: outcomes[job.wanted] });
      }),
    );
  });

  it('starts nothing beside what may still run', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HOWS), before, (how, job) => {
        const verdict = decideJobEnd({ how, unproven: 'it lives' }, job, POLICY, SAID);
        expect(verdict.type).toBe('ended');
      }),
    );
    expect(decideJobEnd({ how: 'failed', unproven: 'it lives' }, BEFORE, POLICY, SAID)).toEqual({
      type: 'ended',
      outcome: 'failed',
      error: { code: 'ESP_QUARANTINED', message: 'it lives' },
    });
  });
});

describe('deaths of hosts in a row', () => {
  it('make a job run alone from the third on', () => {
    expect([0, 1, 2].map((crashes) => decide('host_lost', { crashes }))).toEqual([
      { type: 'returned', crashes: 1, alone: false },
      { type: 'returned', crashes: 2, alone: false },
      { type: 'returned', crashes: 3, alone: true },
    ]);
    expect(decide('host_lost', { crashes: 9 }, { isolateAfter: null })).toMatchObject({ alone: false });
  });

  it('are the end of a job that ran alone', () => {
    expect(decide('host_lost', { crashes: 3, alone: true })).toMatchObject({
      outcome: 'failed',
      error: { code: 'ESP_POISONED' },
    });
  });

  it('are the end of one that must not run twice', () => {
    expect(decide('host_lost', {}, { onLost: 'fail' })).toMatchObject({ type: 'ended', outcome: 'failed' });
  });
});

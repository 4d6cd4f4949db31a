import { describe, expect, it } from 'vitest';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from './world.js';

const run = { ...JOB_POLICY, onDependency: 'run' } as const;

describe('an operation on several jobs, of which one follows from another', () => {
  it('ends what an attempt left behind, though one of it went on when another ended', () => {
    const { submit, claim, finish, states } = jobWorld();
    submit(newJob(1));
    claim();
    const parent = jobNumber(1);
    submit(newJob(2, { parent }), newJob(3, { parent, after: [jobNumber(2)], policy: run }));
    finish(1, 1, 'failed');
    expect(states()).toEqual({ 1: 'parked', 2: 'cancelled', 3: 'cancelled' });
  });

  it('ends all whose deadline has passed at once, and for one reason each', () => {
    const { submit, claim, play, clock, states, told } = jobWorld();
    submit(newJob(1, { deadline: 1100 }));
    submit(newJob(2, { deadline: 1100, parent: jobNumber(1), priority: -1 }));
    submit(newJob(3, { deadline: 1100, after: [jobNumber(1)], policy: run }));
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
    clock.now = 1100;
    play('jobs.tick', { owner: 'a' });
    expect(states()).toEqual({ 1: 'timed_out', 2: 'running', 3: 'timed_out' });
    expect(told().filter(({ type }) => type === 'job.wanted')).toMatchObject([{ data: { wish: 'parent' } }]);
  });
});

describe('a job of two pools of one host', () => {
  it('is left by the one that does not know its method to the one that does', () => {
    const { submit, claim, play, states } = jobWorld();
    const other = [{ name: 'other', version: null }];
    play('queues.serve', { owner: 'a', queue: 'q', path: '/other', methods: other });
    submit(newJob(1, { method: 'other' }));
    expect(claim('a')).toEqual([]);
    expect(states()).toEqual({ 1: 'queued' });
    expect(claim('a', { methods: other })).toMatchObject([{ jobId: jobNumber(1) }]);
  });
});

describe('a job that is submitted below one of the same call', () => {
  it('is below the job that has its key', () => {
    const { submit, play } = jobWorld();
    const key = { key: 'k', digest: 'd', ever: false };
    submit(newJob(1, { key }));
    const [, child] = submit(newJob(2, { key }), newJob(3, { parent: jobNumber(2) })) as unknown[];
    expect(child).toEqual({ jobId: jobNumber(3), existing: false });
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null })).toBe('ended');
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(3), reason: null })).toBe('over');
  });
});

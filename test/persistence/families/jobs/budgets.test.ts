import { describe, expect, it } from 'vitest';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from './world.js';

const reserving = { ...JOB_POLICY, attempts: 1, reserve: { usd: 2 } };
const plain = { ...JOB_POLICY, attempts: 1 };
const ref = (n: number, epoch = 1) => ({ jobId: jobNumber(n), epoch, attempt: epoch });

describe('a budget', () => {
  it('is shared by a job and all below it, and ends what is unfinished of them when it is used up', () => {
    const { submit, claim, states, play, told } = jobWorld();
    submit(newJob(1, { budget: { usd: 10 }, policy: plain }));
    submit(newJob(2, { parent: jobNumber(1), policy: plain }), newJob(3, { parent: jobNumber(2), policy: plain }));
    claim('a', { count: 2 });
    play('jobs.spend', { owner: 'a', attempt: ref(1), amounts: { usd: 3 } });
    play('jobs.spend', { owner: 'a', attempt: ref(1), amounts: { usd: 3 } });
    play('jobs.spend', { owner: 'a', attempt: ref(2), amounts: { usd: 5 } });
    expect(told().filter(({ type }) => type.startsWith('budget.'))).toMatchObject([
      { type: 'budget.warned', data: { jobId: jobNumber(1), unit: 'usd', spent: 8, most: 10 } },
    ]);
    expect(states()).toMatchObject({ 3: 'queued' });
    play('jobs.spend', { owner: 'a', attempt: ref(2), amounts: { usd: 7 } });
    expect(states()).toEqual({ 1: 'running', 2: 'running', 3: 'failed' });
    expect(play('jobs.submit', { by: 'a', jobs: [newJob(4, { parent: jobNumber(3) })] })).toBe('ESP_BUDGET');
  });

  it('lets no more begin than their reserves leave room for, and goes on when that is free or it is raised', () => {
    const { submit, claim, finish, states, play } = jobWorld();
    submit(newJob(1, { budget: { usd: 4 }, policy: plain }));
    const below = { parent: jobNumber(1), policy: reserving };
    submit(...[2, 3, 4, 5].map((n) => newJob(n, below)));
    claim('a', { count: 9 });
    expect(states()).toEqual({ 1: 'running', 2: 'running', 3: 'running', 4: 'parked', 5: 'parked' });
    finish(2, 1, 'succeeded');
    expect(states()).toMatchObject({ 4: 'queued', 5: 'parked' });
    expect(play('jobs.setBudget', { by: '', jobId: jobNumber(1), budget: { usd: 6 } })).toBe(true);
    expect(states()).toMatchObject({ 4: 'queued', 5: 'queued' });
  });

  it('counts what an attempt tells that is over', () => {
    const { submit, claim, finish, play, states } = jobWorld();
    submit(newJob(1, { budget: { usd: 4 }, policy: plain }), newJob(2, { parent: jobNumber(1), policy: plain }));
    claim('a', { count: 2 });
    finish(2, 1, 'succeeded');
    play('jobs.spend', { owner: 'b', attempt: ref(2), amounts: { usd: 5 } });
    expect(states()).toEqual({ 1: 'running', 2: 'succeeded' });
    expect(finish(1, 1, 'succeeded')).toEqual({ type: 'ended', outcome: 'failed' });
  });
});

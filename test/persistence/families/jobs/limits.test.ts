import { describe, expect, it } from 'vitest';
import { IDENTITY } from '../../support/world.js';
import { jobNumber, jobWorld, newJob } from './world.js';

const ONE = { concurrency: 1, rate: null };
const RATE = { count: 1, perMs: 100, burst: 1 };

/** Limits `l` and `m`, each for one attempt at a time. */
function limitedWorld() {
  const world = jobWorld();
  for (const name of ['l', 'm']) world.play('limits.set', { by: '', name, settings: ONE });
  const cancel = (n: number) => world.play('jobs.cancel', { by: '', jobId: jobNumber(n), reason: null });
  return { ...world, cancel };
}

describe('what waits for a limit', () => {
  it('goes on when the claim that holds it is given back by a host that was to end it', () => {
    const { submit, claim, play, cancel, states } = limitedWorld();
    submit(...[1, 2, 3].map((n) => newJob(n, { limits: ['l'] })));
    claim('a', { count: 3 });
    cancel(1);
    play('jobs.release', { owner: 'a', claims: [{ jobId: jobNumber(1), epoch: 1, attempt: 1 }] });
    expect(states()).toEqual({ 1: 'cancelled', 2: 'queued', 3: 'parked' });
    // The number of the attempt that left no trace is given to the next one.
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
  });

  it('goes on when what it was to let pass is cancelled before it starts', () => {
    const { submit, claim, finish, cancel, states } = limitedWorld();
    submit(...[1, 2, 3].map((n) => newJob(n, { limits: ['l'] })));
    claim('a', { count: 3 });
    finish(1, 1, 'succeeded');
    expect(states()).toEqual({ 1: 'succeeded', 2: 'queued', 3: 'parked' });
    cancel(2);
    expect(states()).toEqual({ 1: 'succeeded', 2: 'cancelled', 3: 'queued' });
  });

  it('goes on when what it was to let pass waits for something else', () => {
    const { submit, claim, finish, states } = limitedWorld();
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['m'] }));
    claim('a', { count: 2 });
    submit(newJob(3, { limits: ['l', 'm'] }), newJob(4, { limits: ['l'] }));
    expect(claim('a', { count: 2 })).toEqual([]);
    finish(1, 1, 'succeeded');
    expect(states()).toMatchObject({ 3: 'queued', 4: 'parked' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(4) }]);
    expect(states()).toMatchObject({ 3: 'parked', 4: 'running' });
  });

  it('goes on in each queue: one that is paused keeps nothing from the others', () => {
    const { submit, claim, finish, play, states } = limitedWorld();
    submit(...['q', 'q', 'r'].map((queue, n) => newJob(n + 1, { queue, limits: ['l'] })));
    claim('a', { count: 2 });
    claim('a', { queue: 'r' });
    play('queues.pause', { by: '', queue: 'q' });
    finish(1, 1, 'succeeded');
    expect(states()).toEqual({ 1: 'succeeded', 2: 'queued', 3: 'queued' });
    expect(claim('a', { queue: 'r' })).toMatchObject([{ jobId: jobNumber(3) }]);
  });

  it('goes on one by one, as tokens come, though nothing of it ends', () => {
    const { submit, claim, play, clock } = jobWorld();
    play('limits.set', { by: '', name: 'l', settings: { concurrency: null, rate: RATE } });
    submit(...[1, 2, 3, 4].map((n) => newJob(n, { limits: ['l'] })));
    expect(claim('a', { count: 4 })).toHaveLength(1);
    for (const n of [2, 3, 4]) {
      expect(play('jobs.tick', { owner: 'a' })).toMatchObject({ dueAt: clock.now + 100 });
      clock.now += 100;
      play('jobs.tick', { owner: 'a' });
      expect(claim('a', { count: 4 })).toMatchObject([{ jobId: jobNumber(n) }]);
    }
  });

  it('is looked at when there is a token, if there is a place without one', () => {
    const { submit, claim, finish, play, clock } = jobWorld();
    play('limits.set', { by: '', name: 'l', settings: { concurrency: 1, rate: RATE } });
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    expect(claim('a', { count: 2 })).toHaveLength(1);
    finish(1, 1, 'succeeded');
    expect(play('jobs.tick', { owner: 'a' })).toMatchObject({ dueAt: clock.now + 100 });
  });

  it('gets its token in time, though the clock went back a day', () => {
    const { submit, claim, play, clock } = jobWorld();
    clock.now += 86_400_000;
    play('limits.set', { by: '', name: 'l', settings: { concurrency: null, rate: RATE } });
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    claim();
    clock.now -= 86_400_000;
    expect(claim()).toEqual([]);
    clock.now += 100;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
  });

  it('goes on once what could not be proven gone is', () => {
    const { submit, claim, play, states } = limitedWorld();
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    claim('a', { count: 2, processes: [1, 2].map((n) => ({ spawnId: `s${n}`, path: '/p' })) });
    const ref = { actor: 'b', runId: 'a', spawnId: 's1' };
    play('processes.live', { ...ref, actor: 'a', identity: IDENTITY, generation: 1 });
    play('processes.suspect', { ...ref, reason: 'it is another’s' });
    play('hosts.fence', { runId: 'a', by: 'b' });
    play('jobs.tick', { owner: 'b' });
    expect(states()).toEqual({ 1: 'failed', 2: 'parked' });
    play('processes.gone', { ...ref, exit: null });
    play('jobs.tick', { owner: 'b' });
    expect(states()).toEqual({ 1: 'failed', 2: 'queued' });
    expect(claim('b')).toMatchObject([{ jobId: jobNumber(2) }]);
  });

  it('is held by what could not be proven gone', () => {
    const { submit, claim, play, states } = limitedWorld();
    submit(newJob(1, { limits: ['l'] }));
    claim('a', { processes: [{ spawnId: 's1', path: '/p' }] });
    const ref = { actor: 'a', runId: 'a', spawnId: 's1' };
    play('processes.live', { ...ref, identity: IDENTITY, generation: 1 });
    play('processes.suspect', { ...ref, actor: 'b', reason: 'it is another’s' });
    play('hosts.fence', { runId: 'a', by: 'b' });
    play('jobs.submit', { by: 'b', jobs: [newJob(2, { limits: ['l'] })] });
    expect(claim('b')).toEqual([]);
    expect(states()).toEqual({ 1: 'failed', 2: 'parked' });
  });

  it('waits also for what ran before the limit was set', () => {
    const { submit, claim, finish, play, states } = jobWorld();
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    claim();
    play('limits.set', { by: '', name: 'l', settings: ONE });
    expect(claim()).toEqual([]);
    finish(1, 1, 'succeeded');
    expect(states()).toEqual({ 1: 'succeeded', 2: 'queued' });
  });

  it('goes on to the last when the limit is taken away, as those before it end', () => {
    const { submit, claim, finish, play, states } = limitedWorld();
    submit(...Array.from({ length: 502 }, (_, n) => newJob(n + 1, { limits: ['l'] })));
    while (Object.values(states()).includes('queued')) claim('a', { count: 600 });
    play('limits.set', { by: '', name: 'l', settings: null });
    expect(states()).toMatchObject({ dx: 'queued', dy: 'parked' });
    claim();
    finish(2, 1, 'succeeded');
    expect(states()).toMatchObject({ dy: 'queued' });
  });
});

describe('the limit of a queue', () => {
  const QUEUE = 'queue:q';

  it('is kept by every job of it unasked, and holds back no other queue', () => {
    const { play, submit, claim, finish, states } = limitedWorld();
    play('limits.set', { by: '', name: QUEUE, settings: { concurrency: 2, rate: null } });
    submit(...[1, 2, 3].map((n) => newJob(n)), newJob(4, { queue: 'other' }));
    expect(claim('a', { count: 3 })).toHaveLength(2);
    expect(states()).toEqual({ 1: 'running', 2: 'running', 3: 'parked', 4: 'queued' });
    expect(claim('a', { queue: 'other' })).toHaveLength(1);
    finish(1, 1, 'succeeded');
    expect(states()).toMatchObject({ 3: 'queued' });
    expect(claim('b', { count: 3 })).toMatchObject([{ jobId: jobNumber(3) }]);
  });

  it('counts what runs already when it is set', () => {
    const { play, submit, claim, finish, states } = limitedWorld();
    submit(...[1, 2, 3].map((n) => newJob(n)));
    claim('a', { count: 2 });
    play('limits.set', { by: '', name: QUEUE, settings: { concurrency: 2, rate: null } });
    expect(claim('b')).toEqual([]);
    finish(2, 1, 'succeeded');
    expect([states(), claim('b')]).toMatchObject([{ 3: 'queued' }, [{ jobId: jobNumber(3) }]]);
  });

  it('that is also named by a job is one limit', () => {
    const { play, submit, claim } = limitedWorld();
    play('limits.set', { by: '', name: QUEUE, settings: ONE });
    submit(newJob(1, { limits: [QUEUE] }), newJob(2));
    expect(claim('a', { count: 2 })).toMatchObject([{ jobId: jobNumber(1) }]);
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseJobId } from '../../../../src/machines/ids/job-id.js';
import { IDENTITY, POLICY } from '../../support/world.js';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from './world.js';

const crashesRow = z.object({ crashes: z.number(), alone: z.number() });

describe('a job', () => {
  it('is submitted once, by its id', () => {
    const { submit } = jobWorld();
    expect(submit(newJob(1))).toEqual([{ jobId: jobNumber(1), existing: false }]);
    expect(submit(newJob(1))).toBe('ESP_CONFLICT');
    expect(submit(newJob(2, { jobId: parseJobId('run:1') }))).toBe('ESP_INVALID');
  });

  it('is claimed by any host, and runs to its end', () => {
    const { submit, claim, finish, states, told } = jobWorld();
    submit(newJob(1, { input: '{"x":1}' }));
    expect(claim('b')).toMatchObject([{ jobId: jobNumber(1), epoch: 1, attempt: 1, spawnId: null, input: '{"x":1}' }]);
    expect(claim('a')).toEqual([]);
    expect(finish(1, 1, 'succeeded', 'b')).toEqual({ type: 'ended', outcome: 'succeeded' });
    expect(claim('a')).toEqual([]);
    expect(states()).toEqual({ 1: 'succeeded' });
    expect(told().map(({ type }) => type)).toEqual(['job.submitted', 'job.ended']);
  });

  it('takes no write of another epoch or another host, and says so by name', () => {
    const { submit, claim, finish, play } = jobWorld();
    submit(newJob(1));
    claim('a');
    const claims = [{ jobId: jobNumber(1), epoch: 1, attempt: 1 }];
    expect(play('jobs.release', { owner: 'a', claims })).toEqual(['released']);
    expect(claim('a')).toMatchObject([{ epoch: 2, attempt: 1 }]);
    expect(play('jobs.release', { owner: 'a', claims })).toEqual(['late']);
    for (const epoch of [0, 1, 3]) expect(finish(1, epoch, 'succeeded')).toEqual({ type: 'late' });
    expect(finish(1, 2, 'succeeded', 'b')).toEqual({ type: 'late' });
    expect(finish(1, 2, 'succeeded')).toEqual({ type: 'ended', outcome: 'succeeded' });
  });

  it('is not claimed by its id, as slots are', () => {
    const { submit, play } = jobWorld();
    submit(newJob(1));
    expect(play('attempts.claim', { owner: 'a', claims: [{ jobId: jobNumber(1), process: null }] })).toEqual([]);
  });

  it('is tried again after its backoff, as often as its policy says', () => {
    const { submit, claim, finish, states, play, clock } = jobWorld();
    submit(newJob(1));
    claim();
    expect(finish(1, 1, 'failed')).toEqual({ type: 'retried', delayMs: 100 });
    expect(states()).toEqual({ 1: 'parked' });
    expect(claim()).toEqual([]);
    expect(play('jobs.tick', { owner: 'b' })).toMatchObject({ dueAt: clock.now + 100 });
    clock.now += 100;
    expect(play('jobs.tick', { owner: 'b' })).toMatchObject({ dueAt: null });
    expect(claim()).toMatchObject([{ epoch: 2, attempt: 2 }]);
    expect(finish(1, 2, 'timed_out')).toEqual({ type: 'ended', outcome: 'timed_out' });
  });

  it('tells of each attempt how that ended, also of one that is tried again or lost', () => {
    const { submit, claim, finish, play, clock, told } = jobWorld();
    submit(newJob(1));
    claim();
    finish(1, 1, 'timed_out');
    clock.now += 100;
    play('jobs.tick', { owner: 'a' });
    claim();
    finish(1, 2, 'lost');
    expect(told().filter(({ type }) => type.startsWith('attempt.'))).toMatchObject([
      { type: 'attempt.ended', data: { attempt: 1, outcome: 'timed_out' } },
      { type: 'attempt.lost', data: { attempt: 2, reason: 'nobody saw its end' } },
    ]);
  });

  it('may have a process of its own, which starts with it', () => {
    const { submit, claim, finish, play, told } = jobWorld();
    submit(newJob(1));
    claim('a', { processes: [{ spawnId: 's', path: '/p' }] });
    const ref = { actor: 'a', runId: 'a', spawnId: 's' };
    play('processes.live', { ...ref, identity: IDENTITY, generation: 1 });
    finish(1, 1, 'succeeded');
    expect(told().map(({ type }) => type)).toEqual([
      'job.submitted',
      'process.spawned',
      'attempt.started',
      'job.ended',
    ]);
  });
});

describe('the order of a queue', () => {
  it('is that of submission, and a priority is a head start of a minute each', () => {
    const { submit, claim, clock } = jobWorld();
    submit(newJob(1, { priority: 2 }));
    submit(newJob(2));
    clock.now += 119_999;
    submit(newJob(3));
    clock.now += 2;
    submit(newJob(4));
    const order = [1, 2, 3, 4].map(() => (claim() as { jobId: string }[])[0]?.jobId);
    expect(order).toEqual([2, 3, 1, 4].map(jobNumber));
  });

  it('is changed by a new priority, which leaves the time alone', () => {
    const { submit, claim, play } = jobWorld();
    submit(newJob(1), newJob(2));
    expect(play('jobs.prioritise', { by: '', jobId: jobNumber(2), priority: -1 })).toBe(true);
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
  });
});

describe('a job that cannot start', () => {
  it('is not claimed before its time', () => {
    const { submit, claim, play, clock, states } = jobWorld();
    submit(newJob(1, { notBefore: clock.now + 50 }));
    expect(states()).toEqual({ 1: 'parked' });
    expect(claim()).toEqual([]);
    clock.now += 50;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(1) }]);
  });

  it('waits for the jobs that it names, and gets what they came to', () => {
    const { submit, claim, finish, states } = jobWorld();
    submit(newJob(1), newJob(2, { after: [jobNumber(1)] }), newJob(3, { after: [jobNumber(1), jobNumber(2)] }));
    expect(states()).toEqual({ 1: 'queued', 2: 'blocked', 3: 'blocked' });
    claim();
    finish(1, 1, 'succeeded');
    expect(states()).toEqual({ 1: 'succeeded', 2: 'queued', 3: 'blocked' });
    expect(claim()).toMatchObject([{ results: [{ jobId: jobNumber(1), state: 'succeeded', result: '42' }] }]);
    finish(2, 1, 'succeeded');
    expect(states()).toMatchObject({ 3: 'queued' });
  });

  it('is skipped with all that waits for it when one of them fails, unless it runs all the same', () => {
    const { submit, play, states } = jobWorld();
    const run = { ...JOB_POLICY, onDependency: 'run' } as const;
    submit(
      newJob(1),
      newJob(2, { after: [jobNumber(1)] }),
      newJob(3, { after: [jobNumber(2)] }),
      newJob(4, { after: [jobNumber(1)], policy: run }),
    );
    play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null });
    expect(states()).toEqual({ 1: 'cancelled', 2: 'skipped', 3: 'skipped', 4: 'queued' });
  });

  it('is parked under the method that nobody knows, until somebody does', () => {
    const { submit, claim, play, states } = jobWorld();
    submit(newJob(1, { method: 'other' }), newJob(2));
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
    expect(states()).toMatchObject({ 1: 'parked' });
    const methods = [{ name: 'other', version: null }];
    play('queues.serve', { owner: 'b', queue: 'q', path: '/p', methods });
    expect(states()).toMatchObject({ 1: 'queued' });
    // Another host knows it: it is left for that one.
    expect(claim('a')).toEqual([]);
    expect(states()).toMatchObject({ 1: 'queued' });
    expect(claim('b', { methods })).toMatchObject([{ jobId: jobNumber(1) }]);
  });

  it('is parked under a limit that is full, and goes on when the holder ends', () => {
    const { submit, claim, finish, play, states } = jobWorld();
    play('limits.set', { by: '', name: 'l', settings: { concurrency: 1, rate: null } });
    submit(...[1, 2, 3].map((n) => newJob(n, { limits: ['l'] })));
    expect(claim('a', { count: 3 })).toMatchObject([{ jobId: jobNumber(1) }]);
    expect(states()).toEqual({ 1: 'running', 2: 'parked', 3: 'parked' });
    finish(1, 1, 'succeeded');
    expect(states()).toEqual({ 1: 'succeeded', 2: 'queued', 3: 'parked' });
  });

  it('does not wait for a limit whose holder died with its host', () => {
    const { submit, claim, play, states } = jobWorld();
    play('limits.set', { by: '', name: 'l', settings: { concurrency: 1, rate: null } });
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    claim('a', { count: 2 });
    play('hosts.fence', { runId: 'a', by: 'b' });
    expect(states()).toEqual({ 1: 'queued', 2: 'queued' });
    expect(claim('b', { count: 2 })).toMatchObject([{ jobId: jobNumber(1), epoch: 2 }]);
  });

  it('waits for a token of its rate, and no clock takes tokens away', () => {
    const { submit, claim, finish, play, clock } = jobWorld();
    play('limits.set', {
      by: '',
      name: 'l',
      settings: { concurrency: null, rate: { count: 1, perMs: 100, burst: 1 } },
    });
    submit(newJob(1, { limits: ['l'] }), newJob(2, { limits: ['l'] }));
    expect(claim('a', { count: 2 })).toHaveLength(1);
    clock.now -= 500;
    finish(1, 1, 'succeeded');
    expect(claim()).toEqual([]);
    clock.now += 600;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(2) }]);
  });

  it('stays where it is while its queue is paused', () => {
    const { submit, claim, play } = jobWorld();
    submit(newJob(1));
    expect(play('queues.pause', { by: '', queue: 'q' })).toBe(true);
    expect(play('queues.pause', { by: '', queue: 'q' })).toBe(false);
    expect(claim()).toEqual([]);
    expect(play('queues.resume', { by: '', queue: 'q' })).toBe(true);
    expect(claim()).toHaveLength(1);
  });
});

describe('a key', () => {
  const key = { key: 'k', digest: 'd', ever: false };

  it('stands for one job until that ends', () => {
    const { submit, claim, finish } = jobWorld();
    submit(newJob(1, { key }));
    expect(submit(newJob(2, { key }))).toEqual([{ jobId: jobNumber(1), existing: true }]);
    expect(submit(newJob(2, { key: { ...key, digest: 'e' } }))).toBe('ESP_KEY_CONFLICT');
    claim();
    finish(1, 1, 'succeeded');
    expect(submit(newJob(2, { key }))).toEqual([{ jobId: jobNumber(2), existing: false }]);
  });

  it('stands for it for ever, where that is wished', () => {
    const { submit, claim, finish } = jobWorld();
    submit(newJob(1, { key: { ...key, ever: true } }));
    claim();
    finish(1, 1, 'succeeded');
    expect(submit(newJob(2, { key: { ...key, ever: true } }))).toEqual([{ jobId: jobNumber(1), existing: true }]);
  });

  it('that is taken takes nothing else of its call back', () => {
    const { submit, states } = jobWorld();
    submit(newJob(1, { key }));
    const both = [newJob(2, { key }), newJob(3, { after: [jobNumber(2)] })];
    expect(submit(...both)).toEqual([
      { jobId: jobNumber(1), existing: true },
      { jobId: jobNumber(3), existing: false },
    ]);
    expect(states()).toEqual({ 1: 'queued', 3: 'blocked' });
  });
});

describe('cancelling', () => {
  it('ends at once what does not run, and asks the host of what does, whose end it decides', () => {
    const { submit, claim, finish, play, states, told } = jobWorld();
    submit(newJob(1), newJob(2));
    claim();
    const cancel = (n: number) => play('jobs.cancel', { by: '', jobId: jobNumber(n), reason: 'no need' });
    expect([cancel(1), cancel(2), cancel(2)]).toEqual(['wanted', 'ended', 'over']);
    expect(states()).toEqual({ 1: 'running', 2: 'cancelled' });
    // It ended by itself, but later than it was cancelled.
    expect(finish(1, 1, 'succeeded')).toEqual({ type: 'ended', outcome: 'cancelled' });
    expect(told().at(-1)).toMatchObject({
      type: 'job.ended',
      data: { error: { code: 'ESP_ABORTED', message: 'the job was cancelled: no need' } },
    });
  });

  it('comes too late for what has ended', () => {
    const { submit, claim, finish, play, states } = jobWorld();
    submit(newJob(1));
    claim();
    finish(1, 1, 'succeeded');
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null })).toBe('over');
    expect(states()).toEqual({ 1: 'succeeded' });
  });

  it('ends a job in its backoff', () => {
    const { submit, claim, finish, play, clock, states } = jobWorld();
    submit(newJob(1));
    claim();
    finish(1, 1, 'failed');
    expect(play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null })).toBe('ended');
    clock.now += 1000;
    play('jobs.tick', { owner: 'a' });
    expect(states()).toEqual({ 1: 'cancelled' });
  });

  it('ends the family of a job, but those that may outlive it', () => {
    const { submit, play, claim, states } = jobWorld();
    submit(newJob(1));
    claim();
    submit(
      newJob(2, { parent: jobNumber(1) }),
      newJob(3, { parent: jobNumber(2) }),
      newJob(4, { parent: jobNumber(1), policy: { ...JOB_POLICY, onParentEnd: 'abandon' } }),
    );
    play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null });
    expect(submit(newJob(5, { parent: jobNumber(3) }))).toBe('ESP_CONFLICT');
    play('hosts.fence', { runId: 'a', by: 'b' });
    expect(states()).toEqual({ 1: 'cancelled', 2: 'cancelled', 3: 'cancelled', 4: 'queued' });
  });
});

describe('a deadline', () => {
  it('ends a job that waits, and asks for the end of one that runs', () => {
    const { submit, claim, finish, play, clock, states } = jobWorld();
    submit(newJob(1, { deadline: 1100 }), newJob(2, { deadline: 1100 }));
    claim();
    expect(play('jobs.tick', { owner: 'a' })).toMatchObject({ dueAt: 1100 });
    clock.now = 1100;
    expect(play('jobs.tick', { owner: 'a' })).toMatchObject({ dueAt: null });
    expect(states()).toEqual({ 1: 'running', 2: 'timed_out' });
    expect(finish(1, 1, 'interrupted')).toEqual({ type: 'ended', outcome: 'timed_out' });
  });
});

describe('a host that dies', () => {
  it('leaves its jobs queued, as they stood, and its late end changes nothing', () => {
    const { submit, claim, finish, play, told } = jobWorld();
    submit(newJob(1));
    claim('a');
    play('hosts.fence', { runId: 'a', by: 'b' });
    expect(told()).toContainEqual({
      type: 'attempt.lost',
      ctx: { job: jobNumber(1), attempt: 1 },
      data: { jobId: jobNumber(1), attempt: 1, reason: 'its host died' },
    });
    expect(claim('b')).toMatchObject([{ epoch: 2, attempt: 2 }]);
    expect(finish(1, 1, 'succeeded')).toEqual({ type: 'late' });
    expect(finish(1, 2, 'failed', 'b')).toEqual({ type: 'retried', delayMs: 100 });
  });

  it('is told apart from one that stops, which is nobody’s fault', () => {
    const { submit, claim, play, db } = jobWorld();
    submit(newJob(1));
    for (const host of ['a', 'b']) {
      claim(host);
      play('hosts.end', { runId: host });
    }
    expect(db.one(crashesRow, 'SELECT crashes, alone FROM job_details')).toEqual({ crashes: 0, alone: 0 });
  });

  it('makes a job run alone after the third time, and is its end when it was alone', () => {
    const world = jobWorld();
    const { submit, claim, play, states, told } = world;
    submit(newJob(1), newJob(2));
    const hosts = ['c', 'd', 'e', 'f'];
    for (const host of hosts) {
      play('hosts.register', { runId: host, name: 'n', identity: IDENTITY, node: 'v', version: '0' });
      play('queues.serve', { owner: host, queue: 'q', path: '/p', methods: [{ name: 'do', version: null }] });
    }
    for (const host of hosts.slice(0, 3)) {
      expect(claim(host)).toMatchObject([{ jobId: jobNumber(1) }]);
      play('hosts.fence', { runId: host, by: 'a' });
    }
    // Alone: nothing else is claimed with it or beside it.
    expect(claim('f', { count: 2 })).toMatchObject([{ jobId: jobNumber(1) }]);
    expect(claim('f', { count: 2 })).toEqual([]);
    play('hosts.fence', { runId: 'f', by: 'a' });
    expect(states()).toEqual({ 1: 'failed', 2: 'queued' });
    expect(told().find(({ type }) => type === 'job.ended')).toMatchObject({
      data: { error: { code: 'ESP_POISONED' } },
    });
  });

  it('that serves takes nothing while a job that must be alone waits for it to fall idle', () => {
    const { submit, claim, finish, play, db } = jobWorld();
    play('queues.serve', { owner: 'a', queue: 'q', path: '/p', methods: [{ name: 'do', version: null }] });
    submit(newJob(1), newJob(2), newJob(3));
    db.run('UPDATE job_details SET alone = 1 WHERE job = 2');
    expect(claim('a', { count: 3 })).toMatchObject([{ jobId: jobNumber(1) }]);
    expect(claim('a', { count: 3 })).toEqual([]);
    finish(1, 1, 'succeeded');
    expect(claim('a', { count: 3 })).toMatchObject([{ jobId: jobNumber(2) }]);
    expect(claim('a', { count: 3 })).toEqual([]);
    finish(2, 1, 'succeeded');
    expect(claim('a', { count: 3 })).toMatchObject([{ jobId: jobNumber(3) }]);
  });
});

describe('a slot', () => {
  it('may be executed without a process of its own', () => {
    const { play } = jobWorld();
    const head = { run: 'r', name: null, pool: '/p', policy: JSON.stringify(POLICY), origin: '1', owner: 'a' };
    play('runs.create', head);
    play('runs.addSlots', { run: 'r', inputs: ['1'] });
    play('runs.start', { run: 'r', owner: 'a' });
    const jobId = parseJobId('r:0');
    const claims = [{ jobId, process: null }];
    expect(play('attempts.claim', { owner: 'b', claims })).toBe('ESP_OWNED');
    expect(play('attempts.claim', { owner: 'a', claims })).toMatchObject([{ epoch: 1, spawnId: null }]);
    const end = { outcome: 'succeeded', exit: null, durationMs: 1, requeue: false, result: '1', error: null } as const;
    expect(play('attempts.finish', { owner: 'a', attempt: { jobId, epoch: 1, attempt: 1, ...end } })).toBe('recorded');
    expect(play('runs.commit', { run: 'r', owner: 'a', indexes: [0], as: null })).toBe(undefined);
  });
});

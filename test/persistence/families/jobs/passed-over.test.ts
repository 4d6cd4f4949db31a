import { describe, expect, it } from 'vitest';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from './world.js';

const programs = (spawnId: string) => ({ methods: null, processes: [{ spawnId, path: '/q' }] });

describe('a claim', () => {
  it('passes over a job with a process that is registered still, and takes the next', () => {
    const { submit, claim, db } = jobWorld();
    submit(newJob(1, { method: null }), newJob(2, { method: null }));
    db.run(
      `INSERT INTO processes (run_id, spawn_id, path, incarnation, job, attempt, state, command, at)
       SELECT 'a', 'left', '/q', 1, job, 1, 'live', '[]', 1 FROM jobs WHERE id = ?`,
      jobNumber(1),
    );
    db.run('UPDATE jobs SET epoch = 1 WHERE id = ?', jobNumber(1));
    expect(claim('a', programs('s1'))).toMatchObject([{ jobId: jobNumber(2) }]);
    db.run(`UPDATE processes SET state = 'gone' WHERE spawn_id = 'left'`);
    expect(claim('a', programs('s2'))).toMatchObject([{ jobId: jobNumber(1) }]);
  });

  it('is not held up by a job that is to run alone and waits in a queue that is paused', () => {
    const { submit, claim, play, db } = jobWorld();
    play('queues.serve', { owner: 'a', queue: 'paused', path: '/p', methods: null });
    play('queues.serve', { owner: 'a', queue: 'q', path: '/q', methods: [{ name: 'do', version: null }] });
    submit(newJob(1), newJob(2), newJob(3, { queue: 'paused' }));
    db.run('UPDATE job_details SET alone = 1 WHERE queue = ?', 'paused');
    expect(claim()).toHaveLength(1);
    expect(claim()).toEqual([]);
    play('queues.pause', { by: '', queue: 'paused' });
    expect(claim()).toHaveLength(1);
  });
});

describe('a job that is tried again', () => {
  it('starts when what its last attempt submitted under no key is gone, and not before', () => {
    const { submit, claim, finish, states, clock, play } = jobWorld();
    submit(newJob(1, { policy: { ...JOB_POLICY, backoff: { ...JOB_POLICY.backoff, initialMs: 10, jitter: 0 } } }));
    claim();
    submit(newJob(2, { parent: jobNumber(1) }), newJob(3, { parent: jobNumber(1) }));
    claim('b', { count: 2 });
    finish(1, 1, 'failed');
    clock.now += 20;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toEqual([]);
    expect(states()).toEqual({ 1: 'parked', 2: 'running', 3: 'running' });
    finish(2, 1, 'interrupted', 'b');
    expect(claim()).toEqual([]);
    finish(3, 1, 'interrupted', 'b');
    expect(states()).toEqual({ 1: 'queued', 2: 'cancelled', 3: 'cancelled' });
    expect(claim()).toMatchObject([{ jobId: jobNumber(1), attempt: 2 }]);
  });

  it('waits for what is below its children, too, when those have ended before that', () => {
    const { submit, claim, finish, states, clock, play } = jobWorld();
    const quick = { ...JOB_POLICY, backoff: { ...JOB_POLICY.backoff, initialMs: 10, jitter: 0 } };
    submit(newJob(1, { policy: quick }));
    claim();
    submit(newJob(2, { parent: jobNumber(1) }));
    claim('b');
    submit(newJob(3, { parent: jobNumber(2) }));
    claim('b');
    // The child waits for its own, and ends at once when it is to end; its own still runs.
    play('jobs.waitFor', { by: 'b', wait: { jobId: jobNumber(2), attempt: 1, jobs: [jobNumber(3)] } });
    finish(2, 1, 'succeeded', 'b');
    finish(1, 1, 'failed');
    clock.now += 20;
    play('jobs.tick', { owner: 'a' });
    expect(claim()).toEqual([]);
    expect(states()).toEqual({ 1: 'parked', 2: 'cancelled', 3: 'running' });
    finish(3, 1, 'interrupted', 'b');
    expect(claim()).toMatchObject([{ jobId: jobNumber(1), attempt: 2 }]);
  });
});

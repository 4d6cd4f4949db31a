import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { JOB_POLICY, jobNumber, jobWorld, newJob } from '../jobs/world.js';

const DAY = 86_400_000;

/** A world in which a prune of a day's keeping is played, until it says that the pass is over. */
function retentionWorld() {
  const world = jobWorld();
  const prune = (outcome: 'succeeded' | 'failed' | 'cancelled' | 'skipped', keptMs = DAY) => {
    let removed = 0;
    for (let after: number | null = 0; after !== null; ) {
      const batch = z
        .object({ removed: z.number(), next: z.number().nullable() })
        .parse(world.play('retention.jobs', { outcome, keptMs, after }));
      removed += batch.removed;
      after = batch.next;
    }
    return removed;
  };
  const rows = (table: string) =>
    world.db.one(z.object({ count: z.number() }), `SELECT count(*) AS count FROM ${table}`)?.count;
  /** Submits a job and has it end. */
  const done = (n: number, how: 'succeeded' | 'failed' = 'succeeded', parts: Parameters<typeof newJob>[1] = {}) => {
    world.submit(newJob(n, { policy: { ...JOB_POLICY, attempts: 1 }, ...parts }));
    world.claim();
    world.finish(n, 1, how);
  };
  return { ...world, prune, rows, done };
}

describe('a job leaves the store', () => {
  it('once it has been over for longer than it is kept, with all that is its own', () => {
    const { done, clock, prune, rows, states, db } = retentionWorld();
    done(1, 'succeeded', { limits: ['l'], meta: '{"a":1}', budget: { usd: 1 } });
    clock.now += DAY;
    expect([prune('succeeded'), states()]).toEqual([0, { 1: 'succeeded' }]);
    clock.now += 1;
    expect([prune('succeeded'), states()]).toEqual([1, {}]);
    for (const table of ['jobs', 'job_details', 'attempts', 'job_limits', 'limit_holders', 'budgets', 'job_meta'])
      expect([table, rows(table)]).toEqual([table, 0]);
    expect(
      db.all(
        z.object({ state: z.string(), count: z.number() }),
        'SELECT state, count FROM queue_counts WHERE count <> 0',
      ),
    ).toEqual([]);
  });

  it('by how it ended: others than succeeded are asked for by themselves', () => {
    const { done, clock, prune, states } = retentionWorld();
    done(1);
    done(2, 'failed');
    clock.now += DAY + 1;
    expect([prune('succeeded'), states()]).toEqual([1, { 2: 'failed' }]);
    expect([prune('failed'), states()]).toEqual([1, {}]);
  });

  it('in batches, each of which goes on where the one before has ended', () => {
    const { submit, claim, finish, clock, play, states } = retentionWorld();
    for (let n = 0; n < 250; n += 1) {
      submit(newJob(n));
      claim();
      finish(n, 1, 'succeeded');
    }
    clock.now += DAY + 1;
    const first = play('retention.jobs', { outcome: 'succeeded', keptMs: DAY, after: 0 });
    expect([first, Object.keys(states()).length]).toEqual([{ removed: 100, next: 100 }, 150]);
    expect(play('retention.jobs', { outcome: 'succeeded', keptMs: DAY, after: 100 })).toEqual({
      removed: 100,
      next: 200,
    });
    expect(play('retention.jobs', { outcome: 'succeeded', keptMs: DAY, after: 200 })).toEqual({
      removed: 50,
      next: null,
    });
  });

  it('with its output and the registration of its process', () => {
    const { submit, play, clock, prune, rows } = retentionWorld();
    submit(newJob(1, { method: null }));
    const processes = [{ spawnId: 's', path: '/q' }];
    play('jobs.claim', { owner: 'a', queue: 'q', methods: null, count: 1, processes });
    const output = { stdout: Buffer.from('out'), stderr: Buffer.from(''), dropped: false };
    const end = {
      how: 'succeeded',
      exit: { code: 0, signal: null },
      durationMs: 1,
      result: null,
      error: null,
    } as const;
    play('jobs.finish', {
      owner: 'a',
      random: 0,
      attempt: { jobId: jobNumber(1), epoch: 1, attempt: 1, ...end, output },
    });
    expect([rows('outputs'), rows('processes')]).toEqual([1, 1]);
    clock.now += DAY + 1;
    expect([prune('succeeded'), rows('outputs'), rows('processes')]).toEqual([1, 0, 0]);
  });
});

describe('a job stays', () => {
  it('while one that has not ended wants to know what it came to', () => {
    const { done, submit, clock, prune, states, play } = retentionWorld();
    done(1);
    submit(newJob(2, { after: [jobNumber(1)] }));
    clock.now += DAY + 1;
    expect([prune('succeeded'), states()]).toEqual([0, { 1: 'succeeded', 2: 'queued' }]);
    play('jobs.cancel', { by: 'a', jobId: jobNumber(2), reason: null });
    expect([prune('succeeded'), states()]).toEqual([1, { 2: 'cancelled' }]);
  });

  it('while a child of it is there: parents go after their children', () => {
    const { submit, claim, finish, clock, prune, states } = retentionWorld();
    submit(newJob(1), newJob(2, { parent: jobNumber(1), policy: { ...JOB_POLICY, onParentEnd: 'abandon' } }));
    claim();
    finish(1, 1, 'succeeded');
    clock.now += DAY + 1;
    expect([prune('succeeded'), states()]).toEqual([0, { 1: 'succeeded', 2: 'queued' }]);
    claim();
    finish(2, 1, 'succeeded');
    clock.now += DAY + 1;
    prune('succeeded');
    expect([prune('succeeded'), states()]).toEqual([1, {}]);
  });

  it('while a process of it may still run', () => {
    const { submit, play, clock, prune, states } = retentionWorld();
    submit(newJob(1, { method: null }));
    const processes = [{ spawnId: 's', path: '/q' }];
    play('jobs.claim', { owner: 'a', queue: 'q', methods: null, count: 1, processes });
    const end = {
      how: 'failed',
      exit: null,
      durationMs: 1,
      result: null,
      error: '{"code":"E","message":"m"}',
    } as const;
    const attempt = { jobId: jobNumber(1), epoch: 1, attempt: 1, ...end, unproven: 'nobody saw it end' };
    play('jobs.finish', { owner: 'a', random: 0, attempt });
    clock.now += DAY + 1;
    expect([prune('failed'), states()]).toEqual([0, { 1: 'failed' }]);
  });

  it('until it has ended, however old it is', () => {
    const { submit, clock, prune, states } = retentionWorld();
    submit(newJob(1));
    clock.now += 400 * DAY;
    expect([prune('succeeded'), prune('failed'), prune('cancelled'), states()]).toEqual([0, 0, 0, { 1: 'queued' }]);
  });
});

describe('after a job has left', () => {
  it('a key that outlives its job still answers it', () => {
    const { done, clock, prune, submit } = retentionWorld();
    const key = { key: 'k', digest: 'd', ever: true };
    done(1, 'succeeded', { key });
    clock.now += DAY + 1;
    expect(prune('succeeded')).toBe(1);
    expect(submit(newJob(2, { key }))).toEqual([{ jobId: jobNumber(1), existing: true }]);
  });

  it('nothing points to its number, which the next job is given', () => {
    const { done, clock, prune, submit, play, db } = retentionWorld();
    done(1, 'failed');
    play('jobs.retry', { by: 'a', jobId: jobNumber(1), as: jobNumber(2) });
    play('jobs.cancel', { by: 'a', jobId: jobNumber(2), reason: null });
    clock.now += DAY + 1;
    expect(prune('failed')).toBe(1);
    expect(prune('cancelled')).toBe(1);
    submit(newJob(3), newJob(4));
    const pointing = db.all(
      z.object({ job: z.number() }),
      'SELECT job FROM job_details WHERE retry_of IS NOT NULL OR parent IS NOT NULL',
    );
    expect(pointing).toEqual([]);
  });
});

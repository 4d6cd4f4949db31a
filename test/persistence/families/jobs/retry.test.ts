import { describe, expect, it } from 'vitest';
import { parseJobId } from '../../../../src/machines/ids/job-id.js';
import { jobReads } from '../../../../src/persistence/families/jobs/reads.js';
import { jobNumber, jobWorld, newJob } from './world.js';

const key = (ever: boolean) => ({ key: 'k', digest: 'd', ever });

describe('a job that is retried', () => {
  const retry = (world: ReturnType<typeof jobWorld>, n: number, as: number) =>
    world.play('jobs.retry', { by: '', jobId: jobNumber(n), as: jobNumber(as) });
  const story = (world: ReturnType<typeof jobWorld>, n: number) =>
    jobReads['jobs.story'](world.db, { jobId: jobNumber(n) });

  it('is refused while it has not ended, and changes nothing', () => {
    const world = jobWorld();
    world.submit(newJob(1));
    expect(retry(world, 1, 9)).toBe('ESP_CONFLICT');
    world.claim();
    expect(retry(world, 1, 9)).toBe('ESP_CONFLICT');
    expect(retry(world, 7, 9)).toBe('ESP_NOT_FOUND');
    expect(world.states()).toEqual({ 1: 'running' });
  });

  it('is a new job of the same work, and the old one stays as it ended', () => {
    const world = jobWorld();
    const parts = { input: '{"x":1}', meta: '{"who":"me"}', priority: 3, limits: ['l'], version: null, notBefore: 500 };
    world.submit(newJob(1, parts));
    world.play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null });
    world.clock.now += 50;
    expect(retry(world, 1, 2)).toEqual({ jobId: jobNumber(2), existing: false });
    expect(world.states()).toEqual({ 1: 'cancelled', 2: 'queued' });
    const { policy } = story(world, 1) ?? {};
    expect(story(world, 2)).toMatchObject({
      ...{ queue: 'q', method: 'do', priority: 3, limits: ['l'], policy, retryOf: jobNumber(1) },
      ...{ input: { x: 1 }, meta: { who: 'me' }, notBefore: null, attempts: 0 },
    });
  });

  it('has as long until its deadline as it had', () => {
    const world = jobWorld();
    world.submit(newJob(1, { deadline: world.clock.now + 70 }));
    world.clock.now += 100;
    world.play('jobs.tick', { owner: 'a' });
    retry(world, 1, 2);
    expect(world.states()).toEqual({ 1: 'timed_out', 2: 'queued' });
    expect(story(world, 2)?.deadline).toBe(world.clock.now + 70);
  });

  it.each([true, false])('takes its key along (for ever: %s), so that there is one job of it', (ever) => {
    const world = jobWorld();
    world.submit(newJob(1, { key: key(ever) }));
    world.play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null });
    expect(retry(world, 1, 2)).toEqual({ jobId: jobNumber(2), existing: false });
    // Who was retried is not the job of that key any more.
    world.play('jobs.cancel', { by: '', jobId: jobNumber(2), reason: null });
    expect(retry(world, 2, 3)).toEqual({ jobId: jobNumber(3), existing: false });
    expect(retry(world, 1, 4)).toEqual({ jobId: jobNumber(3), existing: true });
    expect(story(world, 3)?.key).toBe('k');
  });

  it('stays below its parent while that lives, and stands alone after', () => {
    const world = jobWorld();
    world.submit(newJob(1), newJob(2, { parent: jobNumber(1) }));
    world.play('jobs.cancel', { by: '', jobId: jobNumber(2), reason: null });
    retry(world, 2, 3);
    expect(story(world, 3)?.parent).toBe(jobNumber(1));
    world.play('jobs.cancel', { by: '', jobId: jobNumber(1), reason: null });
    expect(retry(world, 2, 4)).toEqual({ jobId: jobNumber(4), existing: false });
    expect(story(world, 4)?.parent).toBeNull();
  });

  it('waits again for what it had waited for', () => {
    const world = jobWorld();
    world.submit(newJob(1), newJob(2, { after: [jobNumber(1)] }));
    world.play('jobs.cancel', { by: '', jobId: jobNumber(2), reason: null });
    retry(world, 2, 3);
    expect(world.states()).toMatchObject({ 3: 'blocked' });
    expect(story(world, 3)?.after).toEqual([{ jobId: jobNumber(1), state: 'queued' }]);
  });
});

describe('ids by their beginning', () => {
  const find = (world: ReturnType<typeof jobWorld>, text: string, most = 9) =>
    jobReads['jobs.find'](world.db, { text, most });

  it('are given newest first, and no more than asked for', () => {
    const world = jobWorld();
    const ids = ['job-1-0123456789abcdef', 'job-1-0123456789abcdee', 'job-2-0123456789abcdef'].map(parseJobId);
    world.submit(...ids.map((jobId) => newJob(1, { jobId })));
    expect(find(world, 'job-1-0123')).toEqual([ids[0], ids[1]]);
    expect(find(world, 'job-', 2)).toEqual([ids[2], ids[0]]);
    expect(find(world, 'job-2-0123456789abcdef')).toEqual([ids[2]]);
  });

  it('are not found by what a pattern would mean', () => {
    const world = jobWorld();
    world.submit(newJob(1));
    expect(find(world, 'job%')).toEqual([]);
    expect(find(world, 'job_')).toEqual([]);
  });
});

import { expect, it } from 'vitest';
import { controlJobs } from '../../../src/inspection/living/control-jobs.js';
import { seenJobs } from '../../../src/inspection/shown/seen-jobs.js';
import type { NewJob } from '../../../src/persistence/contract/jobs.js';
import { JOB_POLICY, jobNumber } from '../../persistence/families/jobs/world.js';
import { newSpec } from '../../persistence/families/schedules/world.js';
import { newFile, open, openHost } from '../../persistence/support/world.js';

function job(n: number, parts: Partial<NewJob> = {}): NewJob {
  return {
    ...{ jobId: jobNumber(n), queue: 'q', method: 'do', version: null, input: { n }, key: null, priority: 0 },
    ...{ notBefore: null, deadline: null, after: [], limits: [], policy: JOB_POLICY, parent: null, retryOf: null },
    ...{ meta: null, budget: {} },
    ...parts,
  };
}

const parent = (n: number) => ({ parent: jobNumber(n) });

it('jobs are found by what the filter says, page by page', async () => {
  const store = await open(newFile());
  const seen = seenJobs(store);
  await store.jobs.submit([
    job(1, { key: { key: 'k', ever: false } }),
    job(2, { meta: { customer: 'ada' } }),
    job(3, { queue: 'other' }),
    job(4, { after: [jobNumber(1)] }),
  ]);
  const found = async (filter: Parameters<typeof seen.list>[0], before?: string) =>
    (await seen.list(filter, 2, before)).map(({ jobId }) => jobId);
  expect(await found({})).toEqual([4, 3].map(jobNumber));
  expect(await found({}, jobNumber(3))).toEqual([2, 1].map(jobNumber));
  expect(await found({ states: ['blocked'] })).toEqual([jobNumber(4)]);
  expect(await found({ queue: 'other' })).toEqual([jobNumber(3)]);
  expect(await found({ key: 'k' })).toEqual([jobNumber(1)]);
  expect(await found({ meta: 'customer=ada' })).toEqual([jobNumber(2)]);
  expect(await found({ parent: 'no id' })).toEqual([]);
});

it('a family begins with its first job, and where it is too large the line that leads to the job stays', async () => {
  const store = await open(newFile());
  const seen = seenJobs(store);
  await store.jobs.submit([job(1), ...Array.from({ length: 60 }, (_, n) => job(n + 2, parent(1)))]);
  await store.jobs.submit([job(100, parent(2)), job(101, parent(100))]);
  const family = await seen.family(jobNumber(101));
  const line = family?.members.slice(0, 4).map(({ job: id, depth }) => [id, depth]);
  expect(line).toEqual([
    [jobNumber(1), 0],
    [jobNumber(2), 1],
    [jobNumber(100), 2],
    [jobNumber(101), 3],
  ]);
  expect([family?.members.length, family?.more]).toEqual([54, true]);
  expect((await seen.family(jobNumber(61)))?.members.slice(0, 2).map(({ job: id }) => id)).toEqual([
    jobNumber(1),
    jobNumber(61),
  ]);
});

it('a job tells what it has used, what it may use, and when it waited', async () => {
  const store = await openHost(newFile());
  const seen = seenJobs(store);
  await store.jobs.submit([job(1, { budget: { usd: 10 } })]);
  await store.jobs.claim({
    ...{ owner: 'host-a', queue: 'q', count: 1, processes: [] },
    methods: [{ name: 'do', version: null }],
  });
  await store.jobs.spend('host-a', { jobId: jobNumber(1), epoch: 1, attempt: 1 }, { usd: 3, tokens: 7 });
  expect(await seen.story(jobNumber(1))).toMatchObject({
    used: { usd: 3, tokens: 7 },
    budgets: [{ unit: 'usd', most: 10, spent: 3, reserved: 0 }],
    executions: [{ attempt: 1, state: 'running' }],
  });
  expect(await seen.waits(jobNumber(1))).toMatchObject([{ kind: 'queued', reason: null }]);
  expect([await seen.story('job-9'), await seen.family('r:1'), await seen.waits('job-9')]).toEqual([null, null, null]);
});

it('what is asked of jobs, queues and schedules is done, or refused with what the store says', async () => {
  const store = await open(newFile());
  await store.jobs.submit([job(1), job(2)]);
  await store.schedules.set('s', newSpec(), 1000);
  const [id] = [jobNumber(1)];
  const refused = (code: string) => expect.objectContaining({ refused: code });
  const done = { type: 'done', what: expect.any(String) };
  const ask = (control: Parameters<typeof controlJobs>[1]) => controlJobs(store, control);
  expect(await ask({ type: 'job.answer', job: id, question: 'q', value: { yes: true } })).toEqual(done);
  expect(await ask({ type: 'job.answer', job: id, question: 'q', value: 'no' })).toEqual(refused('unavailable'));
  expect(await ask({ type: 'job.retry', job: id })).toEqual(refused('unavailable'));
  expect(await ask({ type: 'job.cancel', job: id })).toEqual(done);
  expect(await ask({ type: 'job.cancel', job: id })).toEqual(refused('unavailable'));
  expect(await ask({ type: 'job.retry', job: id })).toEqual(done);
  expect(await ask({ type: 'job.cancel', job: jobNumber(9) })).toEqual(refused('not_found'));
  expect(await ask({ type: 'job.cancel', job: 'no id' })).toEqual(refused('not_found'));
  expect(await ask({ type: 'queue.pause', queue: 'q' })).toEqual(done);
  expect(await ask({ type: 'queue.pause', queue: 'q' })).toEqual(refused('unavailable'));
  expect(await ask({ type: 'queue.resume', queue: 'q' })).toEqual(done);
  expect(await ask({ type: 'schedule.pause', name: 's' })).toEqual(done);
  expect(await ask({ type: 'schedule.resume', name: 's' })).toEqual(done);
  expect(await ask({ type: 'schedule.resume', name: 's' })).toEqual(refused('unavailable'));
  expect(await ask({ type: 'schedule.pause', name: 'none' })).toEqual(refused('not_found'));
});

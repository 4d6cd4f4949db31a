import { expect, it } from 'vitest';
import { findJob } from '../../../src/host/jobs/lookup.js';
import { type JobId, parseJobId } from '../../../src/machines/ids/job-id.js';
import { isEnded, type JobState } from '../../../src/machines/work/job/states.js';
import type { JobQuery, JobStore } from '../../../src/persistence/index.js';
import { cancelJobs, retryJobs } from '../../../src/work/jobs/many.js';

const jobNumber = (n: number) => parseJobId(`job-${String(n).padStart(5, '0')}-0123456789abcdef`);

const anew = () => jobNumber(99_999);

/** Jobs in the order of their submission, by their states; what is asked of them changes them as the store would. */
function played(states: readonly JobState[]) {
  const all = new Map<JobId, JobState>(states.map((state, n) => [jobNumber(n), state]));
  const list = async ({ states: wanted, before, limit }: JobQuery) =>
    [...all]
      .reverse()
      .filter(([jobId, state]) => (wanted?.includes(state) ?? true) && (before === undefined || jobId < before))
      .slice(0, limit)
      .map(([jobId, state]) => ({ jobId, state }));
  const jobs = {
    list: list as unknown as JobStore['list'],
    cancel: async (jobId: JobId) => {
      const state = all.get(jobId);
      if (state === 'running') return 'wanted' as const;
      if (state === undefined || isEnded(state)) return 'over' as const;
      all.set(jobId, 'cancelled');
      return 'ended' as const;
    },
    retry: async (_: JobId, as: JobId) => {
      const jobId = jobNumber(90_000 + all.size);
      all.set(jobId, 'queued');
      return { jobId: as, existing: false };
    },
    find: async (text: string, most: number) => [...all.keys()].filter((id) => id.startsWith(text)).slice(0, most),
  };
  return { all, jobs };
}

async function allOf<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of found) all.push(one);
  return all;
}

it('a filter without states cancels what has not ended, over all pages, each once', async () => {
  const states = Array.from(
    { length: 1203 },
    (_, n): JobState => (n % 3 === 0 ? 'succeeded' : n % 3 === 1 ? 'queued' : 'running'),
  );
  const { jobs, all } = played(states);
  const asked = await allOf(cancelJobs(jobs, {}, null));
  expect(new Set(asked.map(({ jobId }) => jobId)).size).toBe(802);
  expect(asked.length).toBe(802);
  expect([...all.values()].filter((state) => state === 'queued')).toEqual([]);
  expect(asked.filter(({ became }) => became === 'wanted').length).toBe(401);
});

it('a filter that names only ended states cancels nothing', async () => {
  const { jobs } = played(['succeeded', 'failed', 'queued']);
  expect(await allOf(cancelJobs(jobs, { states: ['failed'] }, null))).toEqual([]);
});

it('a filter without states retries what failed or timed out, and nothing that it has submitted itself', async () => {
  const { jobs } = played(['failed', 'timed_out', 'cancelled', 'succeeded', 'queued']);
  const retried = await allOf(retryJobs(jobs, {}, anew));
  expect(retried.map(({ retryOf }) => retryOf)).toEqual([jobNumber(1), jobNumber(0)]);
  expect(
    (await allOf(retryJobs(jobs, { states: ['cancelled', 'queued'] }, anew))).map(({ retryOf }) => retryOf),
  ).toEqual([jobNumber(2)]);
});

it('a text means a job by the beginning of its id alone, and what may mean several is refused with them', async () => {
  const { jobs } = played(['queued', 'queued']);
  expect(await findJob(jobs, 'job-00001')).toBe(jobNumber(1));
  expect(await findJob(jobs, '00001-01')).toBe(jobNumber(1));
  expect(await findJob(jobs, 'last')).toBe(jobNumber(1));
  for (const nobody of ['', 'run:1', 'x_y', '/p', 'job-7']) expect(await findJob(jobs, nobody)).toBeNull();
  await expect(findJob(jobs, 'job')).rejects.toThrow(`several jobs begin with job: ${jobNumber(0)}, ${jobNumber(1)}`);
});

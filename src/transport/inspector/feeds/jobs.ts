import type { InspectedHost } from '../inspected-host.js';
import type { JobFilterInfo, SnapshotContent, View } from '../protocol/wire.js';
import type { Viewer } from '../shown/viewed.js';

export type JobView = Extract<View, { type: 'queues' | 'jobs' | 'job' | 'schedules' | 'schedule' }>;

interface JobReads {
  readonly host: Pick<InspectedHost, 'jobs'>;
  readonly viewer: Viewer;
}

/** Jobs of a list, and occurrences of a schedule, if a client names no number. */
const JOBS = 50;
const OCCURRENCES = 100;

/** Reads what a view of jobs or schedules shows. */
export async function readJobView({ host: { jobs }, viewer }: JobReads, view: JobView): Promise<SnapshotContent> {
  switch (view.type) {
    case 'queues':
      return { view: 'queues', queues: (await jobs.queues()).map((one) => viewer.jobs.queue(one)) };
    case 'jobs': {
      const { type: _, limit = JOBS, ...filter } = view;
      return { view: 'jobs', ...(await jobPage({ host: { jobs }, viewer }, filter, limit)) };
    }
    case 'job': {
      const story = await jobs.story(view.job);
      return { view: 'job', job: story && viewer.jobs.detail(story) };
    }
    case 'schedules':
      return { view: 'schedules', schedules: (await jobs.schedules()).map((one) => viewer.jobs.schedule(one)) };
    case 'schedule': {
      const schedule = await jobs.schedule(view.name);
      if (schedule === null) return { view: 'schedule', schedule: null };
      const occurrences = await jobs.occurrences(view.name, OCCURRENCES);
      return { view: 'schedule', schedule: viewer.jobs.scheduleDetail(schedule, occurrences) };
    }
    default:
      return view satisfies never;
  }
}

/** A page of a list of jobs. One more is read than is shown: that says whether there are others. */
export async function jobPage(
  { host: { jobs }, viewer }: JobReads,
  filter: JobFilterInfo,
  limit: number,
  before?: string,
) {
  const found = await jobs.list(filter, limit + 1, before);
  return { jobs: found.slice(0, limit).map((one) => viewer.jobs.job(one)), more: found.length > limit };
}

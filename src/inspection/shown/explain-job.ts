import { EspalierError } from '../../errors.js';
import { standingQueues } from '../../host/jobs/standing.js';
import type { Facts, JobFact } from '../../machines/explain/findings/facts.js';
import type { JobId } from '../../machines/ids/job-id.js';
import { isEnded } from '../../machines/work/job/states.js';
import type { JobStory } from '../../persistence/index.js';
import {
  concerns,
  EVENTS,
  type ExplainSource,
  FOREIGN_TYPES,
  facts,
  HOST_TYPES,
  merge,
  processFact,
} from './explain-source.js';

/** All that is known of a job that belongs to no run. */
export async function aboutJob(source: ExplainSource, jobId: JobId): Promise<Facts> {
  const story = await source.jobs.story(jobId);
  if (story === null) {
    throw new EspalierError('ESP_NOT_FOUND', `there is no job ${jobId} in ${source.file}`, { context: { job: jobId } });
  }
  const owner = ownerOf(story);
  const host = owner === null ? null : await source.hosts.get(owner);
  const [own, foreign, processes, job] = await Promise.all([
    source.journal.about({ job: jobId, limit: EVENTS }),
    source.journal.about({ types: [...FOREIGN_TYPES, ...HOST_TYPES, 'process.suspect'], limit: EVENTS }),
    source.processes.present(),
    jobFact(source, story),
  ]);
  const ofHost = foreign.filter((event) => concerns(event, owner));
  return {
    ...facts(source, { kind: 'job', job: jobId }, host, merge(own, ofHost)),
    partial: own.length >= EVENTS,
    processes: processes.filter((one) => one.jobId === jobId).map(processFact),
    job,
  };
}

/** The host that has it, or that gave it its end; one that waits is nobody's. */
function ownerOf({ state, executions }: JobStory): string | null {
  return state === 'running' || isEnded(state) ? (executions.at(-1)?.owner ?? null) : null;
}

async function jobFact(source: ExplainSource, story: JobStory): Promise<JobFact> {
  const [queues, limits] = await Promise.all([source.jobs.queues(), source.jobs.limits()]);
  const [queue] = await standingQueues(
    queues.filter(({ queue: name }) => name === story.queue),
    source.hosts,
  );
  const { executions, limits: named, ...rest } = story;
  return {
    ...rest,
    attempts: executions,
    limits: limits.filter(({ name }) => named.includes(name)),
    inQueue: {
      pausedAt: queue?.pausedAt ?? null,
      queued: queue?.counts.queued ?? 0,
      running: queue?.counts.running ?? 0,
      servedBy: queue?.servedBy ?? [],
    },
  };
}

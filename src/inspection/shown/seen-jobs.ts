import { standingQueues } from '../../host/jobs/standing.js';
import type { StoreReader } from '../../host/store-access.js';
import { isJobId, type JobId } from '../../machines/ids/job-id.js';
import type { JobQuery, JobRecord } from '../../persistence/index.js';
import { waitsOf } from '../../transport/inspector/model/job-waits.js';
import type { FamilyMember, JobFilterInfo } from '../../transport/inspector/protocol/wire.js';
import type { SeenJobs } from '../../transport/inspector/seen/jobs.js';
import { shownOutput } from './shown-output.js';

type JobReader = Pick<StoreReader, 'jobs' | 'schedules' | 'hosts' | 'outputs' | 'journal'>;

/** Events of one job that are looked at for its waits: the newest. */
const EVENTS = 2000;

/** What an inspector reads of jobs and schedules. */
export function seenJobs({ jobs, schedules, hosts, outputs, journal }: JobReader): SeenJobs {
  return {
    queues: async () => await standingQueues(await jobs.queues(), hosts),
    list: async (filter, limit, before) => {
      const query = queryOf(filter, limit, before);
      return query === null ? [] : await jobs.list(query);
    },
    story: async (job) => (isJobId(job) ? await jobs.story(job) : null),
    family: async (job) => {
      const found = isJobId(job) ? await jobs.get(job) : null;
      return found && (await familyOf(jobs, found));
    },
    waits: async (job) => {
      if (!isJobId(job) || (await jobs.get(job)) === null) return null;
      return waitsOf(await journal.about({ job, limit: EVENTS }));
    },
    output: async (job, attempt) => (isJobId(job) ? shownOutput(await outputs.readJob(job, attempt)) : null),
    schedules: () => schedules.list(),
    schedule: (name) => schedules.get(name),
    occurrences: (name, limit, before) =>
      schedules.history(name, { limit, ...(before === undefined ? {} : { before }) }),
  };
}

/** Null when it names a job that cannot be one: then nothing fits. */
function queryOf({ parent, meta, ...rest }: JobFilterInfo, limit: number, before?: string): JobQuery | null {
  const at = meta?.indexOf('=') ?? -1;
  const query = { ...rest, ...(meta !== undefined && { meta: { [meta.slice(0, at)]: meta.slice(at + 1) } }), limit };
  if (before !== undefined && !isJobId(before)) return null;
  if (parent !== undefined && !isJobId(parent)) return null;
  return { ...query, ...(parent !== undefined && { parent }), ...(before !== undefined && { before }) };
}

/** Members of a family that are shown, and of those directly below one job. */
const MEMBERS = 200;
const CHILDREN = 50;
/** Jobs above one another that are looked for. */
const ABOVE = 64;

/** Goes up to the first one, and down from there; where there are too many, the line that leads to the job stays. */
async function familyOf(
  jobs: JobReader['jobs'],
  job: JobRecord,
): Promise<{ readonly members: readonly FamilyMember[]; readonly more: boolean }> {
  const line = await lineOf(jobs, job);
  const members: FamilyMember[] = [];
  let more = line[0]?.parent !== null;
  const visit = async (record: JobRecord, depth: number): Promise<void> => {
    if (members.length >= MEMBERS) {
      more = true;
      return;
    }
    const { jobId, parent, state, queue, method } = record;
    members.push({ job: jobId, parent, depth, state, queue, method });
    const found = await jobs.list({ parent: jobId, limit: CHILDREN + 1 });
    if (found.length > CHILDREN) more = true;
    const next = line[depth]?.jobId === jobId ? line[depth + 1] : undefined;
    const others = found
      .slice(0, CHILDREN)
      .filter((child) => child.jobId !== next?.jobId)
      .reverse();
    for (const child of next ? [next, ...others] : others) await visit(child, depth + 1);
  };
  const [first] = line;
  if (first) await visit(first, 0);
  return { members, more };
}

/** The jobs above a job, the first one first, and it itself. */
async function lineOf(jobs: JobReader['jobs'], job: JobRecord): Promise<JobRecord[]> {
  const line = [job];
  let above: JobId | null = job.parent;
  while (above !== null && line.length < ABOVE) {
    const found = await jobs.get(above);
    if (found === null) break;
    line.unshift(found);
    above = found.parent;
  }
  return line;
}

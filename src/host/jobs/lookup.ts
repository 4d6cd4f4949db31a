import { EspalierError } from '../../errors.js';
import { type JobId, parseJobId } from '../../machines/ids/job-id.js';
import type { JobStore } from '../../persistence/index.js';

/** Ids that a message names at most. */
const NAMED = 4;

/**
 * The job that a text means: its id, the beginning of one (with or without `job-`) that no other job has, or `last` for the
 * newest. A text that cannot be the beginning of an id is nobody's.
 *
 * @returns null when there is none
 * @throws EspalierError `ESP_INVALID` naming the jobs, when several may be meant
 */
export async function findJob(jobs: Pick<JobStore, 'find' | 'list'>, text: string): Promise<JobId | null> {
  if (text === 'last') return (await jobs.list({ limit: 1 }))[0]?.jobId ?? null;
  const beginning = /^(?:job-?)?(?<rest>[0-9a-z]*(?:-[0-9a-f]*)?)$/.exec(text)?.groups?.rest;
  if (beginning === undefined || text === '') return null;
  const found = await jobs.find(`job-${beginning}`, NAMED);
  const [only, ...others] = found;
  if (only === undefined) return null;
  if (others.length === 0 || only === `job-${beginning}`) return parseJobId(only);
  const more = found.length === NAMED ? ', …' : '';
  throw new EspalierError('ESP_INVALID', `several jobs begin with ${text}: ${found.join(', ')}${more}`, {
    context: { text },
  });
}

import type { JobAttemptInfo, JobFilterInfo, JobInfo } from 'espalier/client';
import type { Condition } from './condition.js';

export type JobState = JobInfo['state'];

/** The states of a job, as the chips show them, with the condition that each means. */
export const JOB_CONDITIONS = {
  running: 'running',
  queued: 'idle',
  waiting: 'waiting',
  parked: 'waiting',
  blocked: 'waiting',
  created: 'starting',
  failed: 'failed',
  timed_out: 'failed',
  cancelled: 'degraded',
  skipped: 'degraded',
  succeeded: 'gone',
} satisfies Record<JobState, Condition>;

export const ATTEMPT_CONDITIONS = {
  running: 'running',
  succeeded: 'gone',
  suspended: 'waiting',
  failed: 'failed',
  timed_out: 'failed',
  cancelled: 'degraded',
  interrupted: 'degraded',
  lost: 'failed',
  orphaned: 'suspect',
} satisfies Record<JobAttemptInfo['state'], Condition>;

export function isJobState(word: string): word is JobState {
  return word in JOB_CONDITIONS;
}

/** A state as it is read. @example wordOf('timed_out') === 'timed out' */
export function wordOf(state: string): string {
  return state.replaceAll('_', ' ');
}

/** Whether nothing will happen to a job in this state any more. */
export function hasEnded(state: JobState): boolean {
  return ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped'].includes(state);
}

const FIELDS = ['queue', 'key', 'parent', 'meta'] as const;

/**
 * What a search for jobs says: `queue:`, `key:`, `parent:` and `meta:field=value`; a word without one of these is a key, and
 * the id of a job is that job. What is not known to the server yet, as while somebody types, is left out.
 *
 * @example jobSearch('queue:app:/mail meta:customer=ada') // { filter: { queue: 'app:/mail', meta: 'customer=ada' }, job: null }
 */
export function jobSearch(find: string): {
  readonly filter: Omit<JobFilterInfo, 'states'>;
  readonly job: string | null;
} {
  const filter: Partial<Record<(typeof FIELDS)[number], string>> = {};
  let job: string | null = null;
  for (const word of find.split(/\s+/).filter(Boolean)) {
    const field = FIELDS.find((one) => word.startsWith(`${one}:`));
    const value = field === undefined ? word : word.slice(field.length + 1);
    if (field === undefined && /^job-[0-9a-z]+-[0-9a-f]{16}$/.test(word)) job = word;
    else if (value !== '' && (field !== 'meta' || /^[^=]+=/.test(value))) filter[field ?? 'key'] = value;
  }
  return { filter, job };
}

/** What an answer box says: JSON where it is that, otherwise the text itself. @example answerOf('true') === true */
export function answerOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A stretch of time as shares of a whole, in percent: at least so wide that it can be seen. */
export function placeOf(
  { from, until }: { readonly from: number; readonly until: number },
  whole: { readonly from: number; readonly until: number },
): { readonly left: number; readonly width: number } {
  const size = Math.max(1, whole.until - whole.from);
  const left = Math.min(99.5, Math.max(0, ((from - whole.from) / size) * 100));
  const width = Math.min(100 - left, Math.max(0.5, ((until - from) / size) * 100));
  return { left, width };
}

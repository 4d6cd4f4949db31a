import type { JobId } from '../../machines/ids/job-id.js';
import { JOB_OUTCOMES, type JobOutcome, type JobState, UNFINISHED_STATES } from '../../machines/work/job/states.js';
import type { JobQuery, JobStore, SubmittedJob } from '../../persistence/store.js';

/** Which jobs are meant: those that fit all of it. */
type Fitting = Omit<JobQuery, 'before' | 'limit'>;

/** What became of a job that was asked to end. */
export interface CancelledJob {
  readonly jobId: JobId;
  /** `ended` at once, `wanted` when its host ends what runs of it, `over` when it had ended before. */
  readonly became: Awaited<ReturnType<JobStore['cancel']>>;
}

/**
 * Asks for the end of every job that a filter finds and that has not ended, the newest first. Each is an operation of its own:
 * what was asked before an error, or before its caller leaves off, stays asked.
 */
export async function* cancelJobs(
  jobs: Pick<JobStore, 'list' | 'cancel'>,
  filter: Fitting,
  reason: string | null,
): AsyncGenerator<CancelledJob> {
  for await (const page of pagesOf(jobs, { ...filter, states: within(UNFINISHED_STATES, filter.states) })) {
    yield* await Promise.all(page.map(async (jobId) => ({ jobId, became: await jobs.cancel(jobId, reason) })));
  }
}

/** A job that was submitted anew. */
export interface RetriedJob extends SubmittedJob {
  readonly retryOf: JobId;
}

const UNLUCKY: readonly JobOutcome[] = ['failed', 'timed_out'];

/**
 * Submits anew every job that a filter finds and that has ended, the newest first: unless the filter names other states, those
 * that failed or timed out. One that was retried before is retried again: nothing else tells whether that was enough.
 */
export async function* retryJobs(
  jobs: Pick<JobStore, 'list' | 'retry'>,
  filter: Fitting,
  newJobId: () => JobId,
): AsyncGenerator<RetriedJob> {
  const states = filter.states === undefined ? UNLUCKY : within(JOB_OUTCOMES, filter.states);
  // What is submitted here is newer than all that is still to be read.
  for await (const page of pagesOf(jobs, { ...filter, states })) {
    yield* await Promise.all(page.map(async (retryOf) => ({ ...(await jobs.retry(retryOf, newJobId())), retryOf })));
  }
}

function within<S extends JobState>(states: readonly S[], wanted: readonly JobState[] | undefined): readonly S[] {
  return wanted === undefined ? states : states.filter((state) => wanted.includes(state));
}

/** So many are read, and written, at a time. */
const PAGE = 500;

async function* pagesOf(jobs: Pick<JobStore, 'list'>, query: Fitting): AsyncGenerator<readonly JobId[]> {
  for (let before: JobId | undefined; ; ) {
    const found = await jobs.list({ ...query, limit: PAGE, ...(before !== undefined && { before }) });
    const ids = found.map(({ jobId }) => jobId);
    if (ids.length === 0) return;
    yield ids;
    before = ids.at(-1);
  }
}

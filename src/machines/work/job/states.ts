/** How a job can end. `skipped`: a job that it waits for did not succeed. */
export const JOB_OUTCOMES = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped'] as const;
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

/**
 * The states of a job that has not ended.
 *
 * - `created`: written and not yet released
 * - `blocked`: it waits for other jobs that it names
 * - `parked`: it cannot start now, and a reason says why
 * - `queued`: it starts as soon as there is a place
 * - `running`: an attempt of it is being executed
 * - `waiting`: its attempt has ended, and it waits for a person or for jobs of its own
 */
export const UNFINISHED_STATES = ['created', 'blocked', 'parked', 'queued', 'running', 'waiting'] as const;
type UnfinishedState = (typeof UNFINISHED_STATES)[number];

export const JOB_STATES = [...UNFINISHED_STATES, ...JOB_OUTCOMES] as const;
export type JobState = UnfinishedState | JobOutcome;

/** Whether a job in this state has come to its end, which never changes. */
export function isEnded(state: JobState): state is JobOutcome {
  return JOB_OUTCOMES.some((outcome) => outcome === state);
}

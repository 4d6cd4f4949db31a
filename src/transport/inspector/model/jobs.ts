import type { JournalEvent } from '../../../machines/events.js';

/** What of jobs and schedules changes together. */
export type JobTopic = 'jobs' | 'schedules';

/**
 * Whether jobs or schedules have changed since when. Which of them did is not kept: there may be a million, and whoever looks
 * reads again what he looks at.
 */
export class JobModel {
  readonly #revisions: Record<JobTopic, number> = { jobs: 1, schedules: 1 };

  revision(topic: JobTopic): number {
    return this.#revisions[topic];
  }

  apply(event: JournalEvent): void {
    if (isOfJobs(event)) this.#revisions.jobs += 1;
    // A schedule tells how its last job stands.
    if (event.type.startsWith('schedule.') || event.type === 'job.ended') this.#revisions.schedules += 1;
  }
}

const NOUNS = ['job.', 'question.', 'budget.', 'usage.'];

function isOfJobs({ type, ctx }: JournalEvent): boolean {
  if (NOUNS.some((noun) => type.startsWith(noun)) || type === 'queue.paused' || type === 'queue.resumed') return true;
  // Slots of runs are told of by their runs.
  return type.startsWith('attempt.') && ctx?.run === undefined;
}

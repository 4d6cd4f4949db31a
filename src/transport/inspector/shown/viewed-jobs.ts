import type {
  JobAttemptInfo,
  JobDetail,
  JobInfo,
  JobRelative,
  JobWait,
  OccurrenceInfo,
  QuestionInfo,
  QueueInfo,
  ScheduleDetail,
  ScheduleInfo,
} from '../protocol/wire.js';
import type { SeenJob, SeenOccurrence, SeenQueue, SeenSchedule, SeenStory } from '../seen/jobs.js';
import type { Redactor } from './redactor.js';

/**
 * Makes what is shown of jobs and schedules of what was read of them. As in `Viewer`, fields are listed, and each text of a
 * user or a program goes through the redactor.
 */
export class JobViewer {
  constructor(readonly redactor: Redactor) {}

  queue({ queue, pausedAt, counts, oldestAt, servedBy }: SeenQueue): QueueInfo {
    return {
      queue,
      pausedAt,
      counts: { ...counts },
      oldestAt,
      servedBy: servedBy.map(({ runId, path, methods }) => ({ host: runId, path, methods: methods && [...methods] })),
    };
  }

  job(job: SeenJob): JobInfo {
    const { queue, method, version, state, priority, parked, wanted, notBefore, deadline, parent, retryOf } = job;
    return {
      ...{ queue, method, version, state, priority, notBefore, deadline, parent, retryOf },
      job: job.jobId,
      key: this.#line(job.key),
      parked: parked && { reason: parked.reason, for: parked.for, until: parked.until },
      wanted: wanted && { wish: wanted.wish, reason: this.#line(wanted.reason) },
      submittedAt: job.submittedAt,
      endedAt: job.endedAt,
      attempts: job.attempts,
      asks: [...job.asks],
      error: this.#error(job.error),
      meta: this.#value(job.meta),
    };
  }

  detail(story: SeenStory): JobDetail {
    const { input, result, checkpoint, progress, limits, policy, used, budgets } = story;
    return {
      info: this.job(story),
      input: this.#value(input),
      result: this.#value(result),
      checkpoint: this.#value(checkpoint),
      progress: progress && { done: progress.done, total: progress.total, note: this.#line(progress.note) },
      limits: [...limits],
      mostAttempts: policy.attempts,
      timeoutMs: policy.timeoutMs,
      used: { ...used },
      budgets: budgets.map(({ unit, most, spent, reserved }) => ({ unit, most, spent, reserved })),
      after: story.after.map(relative),
      awaits: story.awaits.map(relative),
      children: story.children.map(relative),
      questions: story.questions.map((one) => this.#question(one)),
      attempts: story.executions.map((one) => this.#attempt(one)),
    };
  }

  wait({ kind, reason, from, until }: JobWait): JobWait {
    return { kind, reason, from, until };
  }

  schedule({ name, state, spec, nextAt, last }: SeenSchedule): ScheduleInfo {
    const { timing, catchUp, overlap, jitterMs, job } = spec;
    return {
      name,
      state,
      cron: timing.kind === 'cron' ? timing.cron : null,
      timezone: timing.kind === 'cron' ? timing.timezone : null,
      once: timing.kind === 'at' ? timing.at : null,
      catchUp,
      overlap,
      jitterMs,
      queue: job.queue,
      method: job.method,
      nextAt,
      last: last && this.occurrence(last),
    };
  }

  scheduleDetail(schedule: SeenSchedule, occurrences: readonly SeenOccurrence[]): ScheduleDetail {
    return {
      info: this.schedule(schedule),
      input: this.#value(schedule.spec.job.input),
      occurrences: occurrences.map((one) => this.occurrence(one)),
    };
  }

  occurrence({ at, since, count, byHand, jobId, jobState, skipped }: SeenOccurrence): OccurrenceInfo {
    return { at, since, count, byHand, job: jobId, jobState, skipped };
  }

  #question({ id, question, suspends, askedAt, answer, answeredAt }: SeenStory['questions'][number]): QuestionInfo {
    return { id, question: this.#value(question), suspends, askedAt, answer: this.#value(answer), answeredAt };
  }

  #attempt({
    attempt,
    state,
    owner,
    startedAt,
    endedAt,
    ranMs,
    exit,
    error,
  }: SeenStory['executions'][number]): JobAttemptInfo {
    const ended = exit && { code: exit.code, signal: exit.signal };
    return { attempt, state, host: owner, startedAt, endedAt, ranMs, exit: ended, error: this.#error(error) };
  }

  /** Null stands for nothing too: JSON has no other word for it. */
  #value(value: unknown): unknown {
    return value === undefined || value === null ? null : this.redactor.value(value);
  }

  #error(error: SeenJob['error']): string | null {
    return error && this.redactor.text(`${error.code}: ${error.message}`);
  }

  #line(text: string | null): string | null {
    return text === null ? null : this.redactor.text(text);
  }
}

function relative({ jobId, state }: { readonly jobId: string; readonly state: JobRelative['state'] }): JobRelative {
  return { job: jobId, state };
}

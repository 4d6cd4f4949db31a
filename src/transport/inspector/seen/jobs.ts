import type { RunId } from '../../../ids.js';
import type { AttemptRecord } from '../../../machines/work/attempt.js';
import type { Amounts, JobPolicy, JobWish, ParkedReason } from '../../../machines/work/job/policy.js';
import type { JobState } from '../../../machines/work/job/states.js';
import type { ScheduleState } from '../../../machines/work/schedule/machine.js';
import type { ScheduleSpec, SkipReason } from '../../../machines/work/schedule/spec.js';
import type { FamilyMember, JobFilterInfo, JobWait } from '../protocol/wire.js';
import type { SeenText } from './records.js';

/** A queue, as far as it is shown. */
export interface SeenQueue {
  readonly queue: string;
  readonly pausedAt: number | null;
  readonly counts: Readonly<Partial<Record<JobState, number>>>;
  readonly oldestAt: number | null;
  readonly servedBy: readonly {
    readonly runId: RunId;
    readonly path: string;
    readonly methods: readonly string[] | null;
  }[];
}

/** A job, as far as it is shown. */
export interface SeenJob {
  readonly jobId: string;
  readonly queue: string;
  readonly method: string | null;
  readonly version: string | null;
  readonly key: string | null;
  readonly state: JobState;
  readonly priority: number;
  readonly parked: { readonly reason: ParkedReason; readonly for: string; readonly until: number | null } | null;
  readonly wanted: { readonly wish: JobWish; readonly reason: string | null } | null;
  readonly notBefore: number | null;
  readonly deadline: number | null;
  readonly parent: string | null;
  readonly retryOf: string | null;
  readonly submittedAt: number;
  readonly endedAt: number | null;
  readonly attempts: number;
  readonly asks: readonly string[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly meta: unknown;
}

interface SeenRelative {
  readonly jobId: string;
  readonly state: JobState;
}

/** A job in full, as far as it is shown. */
export interface SeenStory extends SeenJob {
  readonly input: unknown;
  readonly result?: unknown;
  readonly checkpoint?: unknown;
  readonly progress: { readonly done: number; readonly total: number | null; readonly note: string | null } | null;
  readonly limits: readonly string[];
  readonly policy: Pick<JobPolicy, 'attempts' | 'timeoutMs'>;
  readonly used: Amounts;
  readonly budgets: readonly {
    readonly unit: string;
    readonly most: number;
    readonly spent: number;
    readonly reserved: number;
  }[];
  readonly after: readonly SeenRelative[];
  readonly awaits: readonly SeenRelative[];
  readonly children: readonly SeenRelative[];
  readonly questions: readonly {
    readonly id: string;
    readonly question?: unknown;
    readonly suspends: boolean;
    readonly askedAt: number | null;
    readonly answer?: unknown;
    readonly answeredAt: number | null;
  }[];
  readonly executions: readonly (AttemptRecord & { readonly owner: RunId })[];
}

/** An occurrence of a schedule, as far as it is shown. */
export interface SeenOccurrence {
  readonly at: number;
  readonly since: number;
  readonly count: number | null;
  readonly byHand: boolean;
  readonly jobId: string | null;
  readonly jobState: JobState | null;
  readonly skipped: SkipReason | null;
}

/** A schedule, as far as it is shown. */
export interface SeenSchedule {
  readonly name: string;
  readonly state: ScheduleState;
  readonly spec: ScheduleSpec;
  readonly nextAt: number | null;
  readonly last: SeenOccurrence | null;
}

/** What an inspector reads of jobs and schedules. No read costs more than what it answers, however many jobs there are. */
export interface SeenJobs {
  queues(): Promise<readonly SeenQueue[]>;
  /** The newest first; only those that were submitted before `before`. */
  list(filter: JobFilterInfo, limit: number, before?: string): Promise<readonly SeenJob[]>;
  story(job: string): Promise<SeenStory | null>;
  /** The family that a job belongs to, from its first one on, each before those below it; `more` when some are left out. */
  family(job: string): Promise<{ readonly members: readonly FamilyMember[]; readonly more: boolean } | null>;
  /** The times in which it did not run, in order, as far as the journal goes back. */
  waits(job: string): Promise<readonly JobWait[] | null>;
  /** What an attempt of it wrote, the newest if none is named. */
  output(job: string, attempt?: number): Promise<(SeenText & { readonly attempt: number }) | null>;
  schedules(): Promise<readonly SeenSchedule[]>;
  schedule(name: string): Promise<SeenSchedule | null>;
  /** The newest first; only instants before `before`. */
  occurrences(name: string, limit: number, before?: number): Promise<readonly SeenOccurrence[]>;
}

import type { AttemptRef, JobId } from '../../machines/ids/job-id.js';

/** How far an attempt has come, as it says itself. */
export interface JobProgress {
  readonly done: number;
  /** Null when nobody knows. */
  readonly total: number | null;
  readonly note: string | null;
}

/** What a running attempt notes about its job: the last of each is kept. */
export interface AttemptNote {
  readonly progress?: JobProgress;
  /** Any JSON value, for the attempts that come after this one. */
  readonly checkpoint?: unknown;
}

/** What is asked of a person about a job. */
export interface NewQuestion {
  readonly jobId: JobId;
  /** Names it within its job. */
  readonly id: string;
  /** Any JSON value: a text, or what a page makes a form of. */
  readonly question: unknown;
  /** The number of the attempt that asks; null when another one does. */
  readonly attempt: number | null;
  /** Whether that attempt ends now, so that its job waits for the answer. */
  readonly suspends: boolean;
}

/** A question about a job. Times are milliseconds since the epoch. */
export interface QuestionRecord {
  readonly id: string;
  /** Undefined while nobody has asked: the answer came first. */
  readonly question?: unknown;
  /** The attempt that asked last; null when no attempt did. */
  readonly attempt: number | null;
  /** Whether its job waits, or will wait, for the answer. */
  readonly suspends: boolean;
  readonly askedAt: number | null;
  /** Undefined while there is none. */
  readonly answer?: unknown;
  readonly answeredAt: number | null;
}

/** What a running attempt says it waits for, once it has ended. */
export interface NewWait extends Pick<AttemptRef, 'jobId' | 'attempt'> {
  readonly jobs: readonly JobId[];
}

import type { ErrorRecord } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { AttemptRef, JobId } from '../../machines/ids/job-id.js';
import type { ProcessExit } from '../../machines/process/process.js';
import type { JobAttemptEnd } from '../../machines/work/job/decide-end.js';
import type { LimitSettings } from '../../machines/work/job/limit.js';
import type { Amounts, JobPolicy, JobWish, ParkedReason, UsageSource } from '../../machines/work/job/policy.js';
import type { JobOutcome, JobState } from '../../machines/work/job/states.js';
import type { Late, OutputChunk, OwnedAttempt } from './attempts.js';
import type { WriteOptions } from './options.js';
import type { AttemptNote, JobProgress, NewQuestion, NewWait, QuestionRecord } from './questions.js';

/** A job as it is submitted: whole. Times are milliseconds since the epoch. */
export interface NewJob {
  readonly jobId: JobId;
  readonly queue: string;
  /** Null where the queue runs programs. */
  readonly method: string | null;
  /** Which version of the code is to serve it; null for any. */
  readonly version: string | null;
  /** Any JSON value. */
  readonly input: unknown;
  readonly key: { readonly key: string; readonly ever: boolean } | null;
  readonly priority: number;
  readonly notBefore: number | null;
  readonly deadline: number | null;
  /** Jobs that end before it starts: those in the store, or those before it in the same call. */
  readonly after: readonly JobId[];
  readonly limits: readonly string[];
  readonly policy: JobPolicy;
  readonly parent: JobId | null;
  readonly retryOf: JobId | null;
  /** Any JSON value of the user's; null for none. */
  readonly meta: unknown;
  /** What it and all below it may use, by unit; empty for any amount. */
  readonly budget: Amounts;
}

/** What became of a job that was submitted. */
export interface SubmittedJob {
  readonly jobId: JobId;
  /** Whether a job of its key was there already: then nothing was submitted, and this is that job. */
  readonly existing: boolean;
}

/** A method that a pool serves, with the version of its code; null where it does not say. */
export interface MethodServed {
  readonly name: string;
  readonly version: string | null;
}

/** What a host takes of a queue. */
export interface JobClaim {
  readonly owner: RunId;
  readonly queue: string;
  /** Null for programs. */
  readonly methods: readonly MethodServed[] | null;
  readonly count: number;
  /** The registrations of the processes that the attempts will have for themselves, as many as `count`; none otherwise. */
  readonly processes: readonly { readonly spawnId: string; readonly path: string }[];
}

/** What an attempt of a job is told beside its input. */
export interface JobContext {
  /** Milliseconds since the epoch; null for none. */
  readonly deadline: number | null;
  readonly key: string | null;
  readonly parent: JobId | null;
  /** The first of its family; null when it is that itself. */
  readonly root: JobId | null;
  /** What an earlier attempt noted for later ones; undefined if none did. */
  readonly checkpoint?: unknown;
  /** What was answered so far, by the id of the question. */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What the jobs that it waited for came to, in the order of their submission. */
  readonly results: readonly DependencyResult[];
}

/** A claimed job with what its attempt needs. Its `attempt` counts every execution, from 1. */
export interface ClaimedJob extends AttemptRef, JobContext {
  /** Of its process, if one was registered with the claim. */
  readonly spawnId: string | null;
  readonly method: string | null;
  readonly input: unknown;
  /** Of this attempt, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** Where its usage is read; null where it prints none. */
  readonly usageSource: UsageSource | null;
}

/** What a job came to that another one waited for. */
export interface DependencyResult {
  readonly jobId: JobId;
  readonly state: JobState;
  /** Of a method that succeeded. */
  readonly result?: unknown;
}

/** How an attempt of a job ended. */
export interface FinishedJobAttempt extends AttemptRef {
  readonly how: Exclude<JobAttemptEnd['how'], 'host_lost' | 'host_stopped'>;
  /** The jobs that it ended to wait for, when it was suspended. */
  readonly awaits?: readonly JobId[];
  /** Why its process could not be proven gone, if it could not. */
  readonly unproven?: string;
  readonly exit: ProcessExit | null;
  /** What came since the last flush. */
  readonly output?: OutputChunk;
  readonly heldOpen?: boolean;
  /** Null when nothing of it was executed. */
  readonly durationMs: number | null;
  readonly result?: unknown;
  readonly error?: ErrorRecord;
  /** What it has used in all, by unit. */
  readonly usage?: Amounts;
  /** Lines that could tell of more, and were too long to be read. */
  readonly unreadLines?: number;
}

/** What became of the job of an attempt that has ended. */
export type JobFinish =
  | { readonly type: Late }
  | { readonly type: 'ended'; readonly outcome: JobOutcome }
  | { readonly type: 'retried'; readonly delayMs: number }
  | { readonly type: 'returned' }
  /** It waits for answers, or for jobs; `resumed`: all of that was there already, and it is queued. */
  | { readonly type: 'waiting' | 'resumed' };

/** A job as it stands. Times are milliseconds since the epoch. */
export interface JobRecord {
  readonly jobId: JobId;
  readonly queue: string;
  readonly method: string | null;
  readonly version: string | null;
  readonly key: string | null;
  readonly state: JobState;
  readonly priority: number;
  /** Where it stands in its queue: the lower rank starts first. */
  readonly rank: number;
  /** Why it is parked, what ends that, and when, if time does; null when it is not. */
  readonly parked: { readonly reason: ParkedReason; readonly for: string; readonly until: number | null } | null;
  /** How it was asked to end while it runs. */
  readonly wanted: { readonly wish: JobWish; readonly reason: string | null } | null;
  readonly notBefore: number | null;
  readonly deadline: number | null;
  readonly parent: JobId | null;
  readonly retryOf: JobId | null;
  /** Deaths of its host in a row. */
  readonly crashes: number;
  /** Whether it runs with nothing beside it on its host. */
  readonly alone: boolean;
  readonly submittedAt: number;
  readonly endedAt: number | null;
  readonly attempts: number;
  /** The questions about it that nobody has answered, by their ids. */
  readonly asks: readonly string[];
  /** What it ended with. */
  readonly error: ErrorRecord | null;
  readonly policy: JobPolicy;
  readonly meta: unknown;
}

/** What whoever waits for a job has to know of it. `result`: null unless it succeeded, and where that came to nothing. */
export interface JobResult extends Pick<JobRecord, 'state' | 'error'> {
  readonly result: unknown;
}

/** A job with what it was given and what it came to. */
export interface JobStory extends JobRecord {
  readonly input: unknown;
  /** The answer of its method, when it succeeded. */
  readonly result?: unknown;
  readonly limits: readonly string[];
  readonly after: readonly { readonly jobId: JobId; readonly state: JobState }[];
  /** What an attempt of it ended to wait for. */
  readonly awaits: readonly { readonly jobId: JobId; readonly state: JobState }[];
  readonly children: readonly { readonly jobId: JobId; readonly state: JobState }[];
  /** In the order in which they were asked. */
  readonly questions: readonly QuestionRecord[];
  /** What an attempt of it said last; null when none did. */
  readonly progress: JobProgress | null;
  /** What an attempt of it noted for later ones; undefined if none did. */
  readonly checkpoint?: unknown;
  readonly executions: readonly OwnedAttempt[];
  /** What its attempts have used, by unit. */
  readonly used: Amounts;
  /** What it and all below it may use, have used, and hold for what runs, by unit. */
  readonly budgets: readonly {
    readonly unit: string;
    readonly most: number;
    readonly spent: number;
    readonly reserved: number;
  }[];
}

/** Which jobs a list gives: those that fit all of these, the newest first. */
export interface JobQuery {
  readonly states?: readonly JobState[];
  readonly queue?: string;
  readonly key?: string;
  readonly parent?: JobId;
  /** Entries at the top of its meta, numbers and booleans as their text. */
  readonly meta?: Readonly<Record<string, string>>;
  /** Only jobs submitted before this one: the last of the page before. */
  readonly before?: JobId;
  readonly limit: number;
}

/** What is known after time has moved jobs on. */
export interface JobTick {
  readonly hasJobs: boolean;
  /** Milliseconds since the epoch. */
  readonly dueAt: number | null;
}

/** A queue as it stands. */
export interface QueueRecord {
  readonly queue: string;
  /** Since when nothing is claimed from it; null when it is not paused. */
  readonly pausedAt: number | null;
  readonly counts: Readonly<Partial<Record<JobState, number>>>;
  /** When the job that starts next became startable; null when none is. */
  readonly oldestAt: number | null;
  /** The hosts that serve it. */
  readonly servedBy: readonly {
    readonly runId: RunId;
    readonly path: string;
    readonly methods: readonly string[] | null;
  }[];
}

/** A limit as it stands. */
export interface LimitRecord extends LimitSettings {
  readonly name: string;
  /** Attempts that hold it. */
  readonly holders: readonly JobId[];
  /** Jobs that are parked because of it. */
  readonly waiting: number;
}

/** Jobs that are submitted by themselves, the queues that they wait in, and the limits that they keep. */
export interface JobStore {
  /**
   * Submits jobs, all or none. Resolves once they are durable.
   *
   * @throws `ESP_KEY_CONFLICT`, `ESP_NOT_FOUND` for a job that one waits for, `ESP_CONFLICT` below a job that has ended,
   * `ESP_BUDGET` below one whose budget is used up
   */
  submit(jobs: readonly NewJob[]): Promise<readonly SubmittedJob[]>;
  /** Claims jobs of a queue in the order of their ranks; what cannot start now is parked with the reason. */
  claim(claim: JobClaim, options?: WriteOptions): Promise<readonly ClaimedJob[]>;
  /** Gives back claims of which nothing ran. Answers for each. */
  release(owner: RunId, claims: readonly AttemptRef[]): Promise<readonly ('released' | Late)[]>;
  /** Records the end of an attempt, and decides what becomes of its job by what was wished of it before. */
  finish(owner: RunId, attempt: FinishedJobAttempt, options?: WriteOptions): Promise<JobFinish>;
  /**
   * An attempt tells what it has used in all, by unit, also when it is over. The same again, or less, changes nothing. What
   * is unfinished of a family whose budget is used up is ended.
   */
  spend(owner: RunId, attempt: AttemptRef, amounts: Amounts): Promise<void>;
  /**
   * Asks for the end of a job, from any process: `ended` at once when nothing of it ran, `wanted` when its host ends it now,
   * `over` when it had ended before.
   *
   * @throws `ESP_NOT_FOUND`
   */
  cancel(jobId: JobId, reason: string | null): Promise<'ended' | 'wanted' | 'over'>;
  /**
   * Submits what a job was that has ended as a new one, `as`, whose `retryOf` it is. `existing` when another job has its key
   * by now: then that is the answer.
   *
   * @throws `ESP_NOT_FOUND`, `ESP_CONFLICT` for a job that has not ended
   */
  retry(jobId: JobId, as: JobId): Promise<SubmittedJob>;
  /**
   * Notes what a running attempt says of itself. `owner`: its host; null from its own program.
   *
   * @throws `ESP_INVALID` for a value that is no JSON
   */
  note(owner: RunId | null, attempt: AttemptRef, note: AttemptNote, options?: WriteOptions): Promise<'recorded' | Late>;
  /**
   * Asks something about a job. The same question again changes nothing but who asks. `answered`: the answer is there, and
   * nobody waits for it.
   *
   * @throws `ESP_NOT_FOUND`; `ESP_CONFLICT` for another question of that id, for a job that has ended, and when the attempt
   * that asks is over
   */
  ask(question: NewQuestion): Promise<'asked' | 'answered'>;
  /**
   * Answers a question, also one that is yet to be asked. The first answer stands; `same`: it was that one.
   *
   * @throws `ESP_ANSWERED` when there is another one; `ESP_NOT_FOUND`; `ESP_CONFLICT` for a job that has ended
   */
  answer(jobId: JobId, id: string, value: unknown): Promise<'answered' | 'same'>;
  /**
   * Says that an attempt ends now to wait for jobs. `met`: they have ended, and there is nothing to wait for.
   *
   * @throws `ESP_NOT_FOUND`; `ESP_CONFLICT` for itself, a job above it, jobs that wait for each other in a circle, and when
   * the attempt is over
   */
  waitFor(wait: NewWait): Promise<'noted' | 'met'>;
  /** False for a job that has ended. @throws `ESP_NOT_FOUND` */
  prioritise(jobId: JobId, priority: number): Promise<boolean>;
  /**
   * Sets what a job and all below it may use, of these units; what was used before counts. False for a job that has ended.
   *
   * @throws `ESP_NOT_FOUND`
   */
  setBudget(jobId: JobId, budget: Amounts): Promise<boolean>;
  /**
   * Moves on what time alone moves. Resolves with when there is something to do next, null for never, and whether the store
   * has, or has had, any job at all.
   */
  tick(owner: RunId): Promise<JobTick>;
  /** The running attempts of a host whose jobs are wanted to end. */
  wanted(owner: RunId): Promise<readonly AttemptRef[]>;

  get(jobId: JobId): Promise<JobRecord | null>;
  /** The ids that begin with a text, the newest first, and no more than `most`. */
  find(text: string, most: number): Promise<readonly JobId[]>;
  story(jobId: JobId): Promise<JobStory | null>;
  /** How it stands, and what it came to; null when it is not in the store. */
  result(jobId: JobId): Promise<JobResult | null>;
  /** What an attempt of it would be told now. */
  context(jobId: JobId): Promise<JobContext | null>;
  list(query: JobQuery): Promise<readonly JobRecord[]>;

  /** A pool of a host serves a queue from now on, with these methods; null for programs. */
  serve(served: { owner: RunId; queue: string; path: string; methods: readonly MethodServed[] | null }): Promise<void>;
  leave(served: { owner: RunId; queue: string; path: string }): Promise<void>;
  queues(): Promise<readonly QueueRecord[]>;
  /** False when it is paused already. */
  pauseQueue(queue: string): Promise<boolean>;
  /** False when it is not paused. */
  resumeQueue(queue: string): Promise<boolean>;
  limits(): Promise<readonly LimitRecord[]>;
  /** Sets a limit; null takes it away. */
  setLimit(name: string, settings: LimitSettings | null): Promise<void>;
}

import { z } from 'zod';
import { ATTEMPT_STATES } from '../../../machines/work/attempt.js';
import { PARKED_REASONS, WISHES } from '../../../machines/work/job/policy.js';
import { JOB_STATES } from '../../../machines/work/job/states.js';

const jobState = z.enum(JOB_STATES);

/** A queue in the list of queues. */
export const queueInfo = z.object({
  queue: z.string(),
  /** Since when nothing is claimed from it; null when it is not paused. */
  pausedAt: z.number().nullable(),
  /** Its jobs by state; states without a job are left out. */
  counts: z.partialRecord(jobState, z.number()),
  /** When the job that starts next became startable; null when none is. */
  oldestAt: z.number().nullable(),
  /** The pools that serve it, of hosts that are not known to be dead; `methods` is null where they run programs. */
  servedBy: z.array(z.object({ host: z.string(), path: z.string(), methods: z.array(z.string()).nullable() })),
});
export type QueueInfo = z.infer<typeof queueInfo>;

/** A job in a list of jobs. Texts of users and programs are redacted. */
export const jobInfo = z.object({
  job: z.string(),
  queue: z.string(),
  /** Null where it runs a program. */
  method: z.string().nullable(),
  version: z.string().nullable(),
  key: z.string().nullable(),
  state: jobState,
  priority: z.number(),
  /** Why it is parked, what ends that, and when, if time does; null when it is not. */
  parked: z.object({ reason: z.enum(PARKED_REASONS), for: z.string(), until: z.number().nullable() }).nullable(),
  /** How it was asked to end while it runs. */
  wanted: z.object({ wish: z.enum(WISHES), reason: z.string().nullable() }).nullable(),
  notBefore: z.number().nullable(),
  deadline: z.number().nullable(),
  parent: z.string().nullable(),
  retryOf: z.string().nullable(),
  submittedAt: z.number(),
  endedAt: z.number().nullable(),
  attempts: z.number(),
  /** The questions about it that nobody has answered, by their ids. */
  asks: z.array(z.string()),
  error: z.string().nullable(),
  meta: z.unknown(),
});
export type JobInfo = z.infer<typeof jobInfo>;

/** Another job, and how it stands. */
const relative = z.object({ job: z.string(), state: jobState });
export type JobRelative = z.infer<typeof relative>;

/** A job of a family, `depth` steps below the first of it. */
export const familyMember = z.object({
  job: z.string(),
  parent: z.string().nullable(),
  depth: z.number(),
  state: jobState,
  queue: z.string(),
  method: z.string().nullable(),
});
export type FamilyMember = z.infer<typeof familyMember>;

const question = z.object({
  id: z.string(),
  /** Null while nobody has asked: the answer came first. */
  question: z.unknown(),
  /** Whether its job waits, or will wait, for the answer. */
  suspends: z.boolean(),
  askedAt: z.number().nullable(),
  answer: z.unknown(),
  /** Null while there is no answer. */
  answeredAt: z.number().nullable(),
});
export type QuestionInfo = z.infer<typeof question>;

/** One execution of a job. */
const jobAttempt = z.object({
  attempt: z.number(),
  state: z.enum(ATTEMPT_STATES),
  /** The host that had it. */
  host: z.string(),
  /** When it was claimed. */
  startedAt: z.number(),
  /** When its end was written; null while it runs. */
  endedAt: z.number().nullable(),
  /** How long its program ran, or a worker had it; null when it runs, never did, or nobody saw its end. */
  ranMs: z.number().nullable(),
  exit: z.object({ code: z.number().nullable(), signal: z.string().nullable() }).nullable(),
  error: z.string().nullable(),
});
export type JobAttemptInfo = z.infer<typeof jobAttempt>;

/** A job in full. Values are redacted and capped. */
export const jobDetail = z.object({
  info: jobInfo,
  input: z.unknown(),
  /** Null where there is none. */
  result: z.unknown(),
  checkpoint: z.unknown(),
  progress: z.object({ done: z.number(), total: z.number().nullable(), note: z.string().nullable() }).nullable(),
  limits: z.array(z.string()),
  /** Attempts that may run to an end of their own, and how long each may take. */
  mostAttempts: z.number(),
  timeoutMs: z.number().nullable(),
  /** What its attempts have used, by unit. */
  used: z.record(z.string(), z.number()),
  /** What it and all below it may use, have used, and hold for what runs. */
  budgets: z.array(z.object({ unit: z.string(), most: z.number(), spent: z.number(), reserved: z.number() })),
  /** The jobs that it waits for before it starts, and those that an attempt of it ended to wait for. */
  after: z.array(relative),
  awaits: z.array(relative),
  /** The first thousand. */
  children: z.array(relative),
  questions: z.array(question),
  attempts: z.array(jobAttempt),
});
export type JobDetail = z.infer<typeof jobDetail>;

/** A time in which a job did not run. */
export const jobWait = z.object({
  kind: z.enum(['blocked', 'parked', 'queued', 'waiting']),
  /** Of `parked`: why, and what ends it; of `waiting` what it waits for. */
  reason: z.string().nullable(),
  from: z.number(),
  /** Null while it lasts. */
  until: z.number().nullable(),
});
export type JobWait = z.infer<typeof jobWait>;

const text = z.string().max(256);

/** Which jobs a list gives: those that fit all of these. */
export const jobFilter = {
  states: z.array(jobState).max(JOB_STATES.length).exactOptional(),
  queue: text.exactOptional(),
  key: text.exactOptional(),
  parent: z.string().max(128).exactOptional(),
  /** An entry at the top of the meta, as `field=value`. */
  meta: text.regex(/^[^=]+=/, "as 'field=value'").exactOptional(),
};
export type JobFilterInfo = z.infer<z.ZodObject<typeof jobFilter>>;

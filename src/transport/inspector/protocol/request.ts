import { z } from 'zod';
import { CAUSES } from '../../../machines/explain/findings/explanation.js';
import { actorDetail } from './actor.js';
import { familyMember, jobDetail, jobFilter, jobInfo, jobWait } from './job.js';
import { rowInfo } from './run.js';
import { occurrenceInfo } from './schedule.js';

const path = z.string().max(1024);
const run = z.string().max(128);
const index = z.number().int().min(0);
const limit = z.number().int().min(1).max(200);
const job = z.string().max(128);
const name = z.string().max(256);

/** What a client can ask; reading only. */
export const ask = z.discriminatedUnion('type', [
  z.object({ type: z.literal('actor'), path }),
  /** What an actor's process wrote last, also after its death. */
  z.object({ type: z.literal('logs'), path }),
  /** What the newest attempt of a slot wrote. */
  z.object({ type: z.literal('output'), run, index }),
  /** Rows in slot order. */
  z.object({ type: z.literal('rows'), run, from: index, limit }),
  /** Jobs that fit, the newest first; with `before` only those that were submitted before that one. */
  z.object({ type: z.literal('jobs'), ...jobFilter, before: job.exactOptional(), limit }),
  z.object({ type: z.literal('job'), job }),
  /** The family that a job belongs to. */
  z.object({ type: z.literal('family'), job }),
  /** The times in which a job did not run, and why. */
  z.object({ type: z.literal('job.waits'), job }),
  /** What an attempt of a job wrote, the newest if none is named. */
  z.object({ type: z.literal('job.output'), job, attempt: z.number().int().min(1).exactOptional() }),
  /** What became of a schedule's instants, the newest first; with `before` only those before it. */
  z.object({ type: z.literal('occurrences'), name, before: z.number().exactOptional(), limit }),
  /** What happened to an actor (a path), a run, a slot (`<run>:<index>`), or a job. */
  z.object({ type: z.literal('why'), target: path }),
]);
export type Ask = z.infer<typeof ask>;

/** What a client can change, when the server allows it. */
export const control = z.discriminatedUnion('type', [
  /** OTP's `exit(Pid, shutdown)`: its supervisor applies the restart type. */
  z.object({ type: z.literal('actor.stop'), path }),
  /** OTP's `kill`. */
  z.object({ type: z.literal('actor.kill'), path }),
  /** Stops it if it runs, and has its supervisor start it again. */
  z.object({ type: z.literal('actor.restart'), path }),
  z.object({ type: z.literal('run.pause'), run }),
  z.object({ type: z.literal('run.resume'), run }),
  z.object({ type: z.literal('run.stop'), run }),
  z.object({ type: z.literal('job.cancel'), job, reason: z.string().max(1024).exactOptional() }),
  /** Submits what a job was that has ended as a new one. */
  z.object({ type: z.literal('job.retry'), job }),
  /** Answers a question about a job with any JSON value. The first answer stands. */
  z.object({ type: z.literal('job.answer'), job, question: name, value: z.unknown() }),
  z.object({ type: z.literal('queue.pause'), queue: name }),
  z.object({ type: z.literal('queue.resume'), queue: name }),
  z.object({ type: z.literal('schedule.pause'), name }),
  /** What passed meanwhile is skipped. */
  z.object({ type: z.literal('schedule.resume'), name }),
]);
export type Control = z.infer<typeof control>;

/**
 * Text of two streams; `truncated` when only the end is kept. `altered` names the streams that are not UTF-8: U+FFFD stands
 * for what is not.
 */
const logs = {
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  altered: z
    .array(z.enum(['stdout', 'stderr']))
    .readonly()
    .optional(),
};

/** What an explanation rests on: an event by its `seq`, or what is not from the journal. */
const evidence = z.object({ seq: z.number().nullable(), at: z.number(), text: z.string() });

/** One thing that happened or holds, as `espalier why --json` has it; texts are redacted. */
export const findingInfo = z.object({
  cause: z.enum(CAUSES),
  /** The path, slot, run or host that it is about. */
  about: z.string(),
  /** The first one names the cause. */
  sentences: z.array(z.string()),
  evidence: z.array(evidence),
  /** What to do about it. */
  advice: z.string().nullable(),
  /** Whether it still holds; otherwise it is history. */
  standing: z.boolean(),
  at: z.number(),
});
export type FindingInfo = z.infer<typeof findingInfo>;

/** The answers: each has the type of what was asked; `done` answers a control. */
export const answer = z.discriminatedUnion('type', [
  z.object({ type: z.literal('actor'), actor: actorDetail }),
  z.object({ type: z.literal('logs'), incarnation: z.number(), living: z.boolean(), ...logs }),
  z.object({ type: z.literal('output'), attempt: z.number(), ...logs }),
  z.object({ type: z.literal('rows'), rows: z.array(rowInfo) }),
  /** `more` when there are others before them. */
  z.object({ type: z.literal('jobs'), jobs: z.array(jobInfo), more: z.boolean() }),
  z.object({ type: z.literal('job'), job: jobDetail }),
  /** From its first job on, each before those below it; `more` when some are left out. */
  z.object({ type: z.literal('family'), members: z.array(familyMember), more: z.boolean() }),
  z.object({ type: z.literal('job.waits'), waits: z.array(jobWait) }),
  z.object({ type: z.literal('job.output'), attempt: z.number(), ...logs }),
  z.object({ type: z.literal('occurrences'), occurrences: z.array(occurrenceInfo) }),
  /** The root cause first, then what goes with it, then what is over; at most 50. */
  z.object({ type: z.literal('why'), findings: z.array(findingInfo) }),
  z.object({ type: z.literal('done'), what: z.string() }),
]);
export type Answer = z.infer<typeof answer>;
export type AnswerTo<T extends Answer['type']> = Extract<Answer, { type: T }>;

/**
 * Why a request is refused.
 *
 * - `read_only`: the server was started without `control`
 * - `invalid`: it does not have the form; `not_found`: nothing of that name
 * - `unavailable`: it cannot be answered here (a dead host's store cannot be controlled)
 * - `busy`: too many requests of this client are open
 * - `failed`: it went wrong, with the message
 */
const REFUSALS = ['read_only', 'invalid', 'not_found', 'unavailable', 'busy', 'failed'] as const;
export const refusal = z.enum(REFUSALS);
export type Refusal = z.infer<typeof refusal>;

import { z } from 'zod';
import { actorDetail, actorSummary } from './actor.js';
import { observed, wireEvent } from './event.js';
import { gaugesMessage } from './gauges.js';
import { jobDetail, jobInfo, queueInfo } from './job.js';
import { processInfo } from './process.js';
import { answer, refusal } from './request.js';
import { runDetail, runInfo } from './run.js';
import { scheduleDetail, scheduleInfo } from './schedule.js';

const id = z.number();

/** The version of this protocol. Within a version, fields and messages are only added; unknown ones are ignored. */
export const PROTOCOL_VERSION = 1;

/** The first message of every connection. */
const hello = z.object({
  type: z.literal('hello'),
  protocol: z.literal(PROTOCOL_VERSION),
  /** Espalier's version. */
  version: z.string(),
  /** The host that is looked at. */
  runId: z.string(),
  name: z.string(),
  /**
   * Whether the host lives. `gone`: this is a post-mortem, nothing will change any more. `unknown`: it is of another machine
   * or container, and only its store's word is known.
   */
  presence: z.enum(['living', 'gone', 'unknown']),
  /** Who tells: the host itself, or its store. A store knows less: no plain machines, no gauges of pools, no living output. */
  source: z.enum(['host', 'store']),
  /** Whether `control` is allowed. */
  control: z.boolean(),
  pid: z.number().nullable(),
  startedAt: z.number(),
  /** The server's clock, in milliseconds since the epoch. */
  at: z.number(),
  /** Of one read model: positions of another epoch mean nothing. */
  epoch: z.string(),
  /** The newest event of the journal. */
  seq: z.number(),
});
export type Hello = z.infer<typeof hello>;

/** A view as a whole, at a revision. What the client had of it is void. */
const snapshot = z.object({
  type: z.literal('snapshot'),
  id,
  rev: z.number(),
  /** The newest event of the journal that it contains. */
  seq: z.number(),
  content: z.discriminatedUnion('view', [
    z.object({ view: z.literal('tree'), actors: z.array(actorSummary) }),
    /** Null when there is no actor of that path, dead or alive. */
    z.object({ view: z.literal('actor'), actor: actorDetail.nullable() }),
    z.object({ view: z.literal('timeline'), events: z.array(wireEvent) }),
    z.object({ view: z.literal('runs'), runs: z.array(runInfo) }),
    z.object({ view: z.literal('run'), run: runDetail.nullable() }),
    z.object({ view: z.literal('processes'), processes: z.array(processInfo) }),
    /** Queues, jobs and schedules come as a whole whenever they have changed. */
    z.object({ view: z.literal('queues'), queues: z.array(queueInfo) }),
    /** The newest first; `more` when there are others before them. */
    z.object({ view: z.literal('jobs'), jobs: z.array(jobInfo), more: z.boolean() }),
    z.object({ view: z.literal('job'), job: jobDetail.nullable() }),
    z.object({ view: z.literal('schedules'), schedules: z.array(scheduleInfo) }),
    z.object({ view: z.literal('schedule'), schedule: scheduleDetail.nullable() }),
    z.object({ view: z.literal('gauges') }),
  ]),
});
export type SnapshotMessage = z.infer<typeof snapshot>;
export type SnapshotContent = SnapshotMessage['content'];

/** What has changed in a view since its last message; at most one per frame, whatever happened in between. */
const delta = z.object({
  type: z.literal('delta'),
  id,
  rev: z.number(),
  seq: z.number(),
  content: z.discriminatedUnion('view', [
    z.object({ view: z.literal('tree'), changed: z.array(actorSummary), removed: z.array(z.string()) }),
    z.object({ view: z.literal('actor'), actor: actorDetail }),
    z.object({ view: z.literal('runs'), changed: z.array(runInfo), removed: z.array(z.string()) }),
    z.object({ view: z.literal('run'), run: runDetail }),
    z.object({ view: z.literal('processes'), changed: z.array(processInfo), removed: z.array(z.string()) }),
  ]),
});
export type DeltaMessage = z.infer<typeof delta>;
export type DeltaContent = DeltaMessage['content'];

/** Everything the server says. One JSON object per frame. */
export const serverMessage = z.discriminatedUnion('type', [
  hello,
  snapshot,
  delta,
  /** Events of a timeline, in order. `seq`: everything up to it has been looked at, also what the filter left out. */
  z.object({ type: z.literal('events'), id, seq: z.number(), events: z.array(wireEvent) }),
  /** What an observed machine did; `dropped` counts what came too fast to be shown. */
  z.object({ type: z.literal('observed'), id, items: z.array(observed), dropped: z.number() }),
  gaugesMessage,
  /** A fresh snapshot of this view follows, because the client was too slow, its position was too old or of another epoch. */
  z.object({ type: z.literal('resync'), id, reason: z.enum(['slow', 'too_old', 'epoch']) }),
  /** What `treeDigest` answers for the tree at this revision: a client that differs subscribes anew. */
  z.object({ type: z.literal('digest'), id, rev: z.number(), digest: z.string(), actors: z.number() }),
  /** Sent when nothing else was for 5 s: a client that hears nothing for 15 s has lost its connection. */
  z.object({ type: z.literal('alive'), at: z.number(), seq: z.number() }),
  z.object({ type: z.literal('answer'), id, answer }),
  /** `id` of the request or subscription; null when the frame had none. */
  z.object({ type: z.literal('refused'), id: id.nullable(), code: refusal, message: z.string() }),
  /** Nothing follows, now or later: do not connect again. */
  z.object({ type: z.literal('end'), seq: z.number(), reason: z.enum(['stopped', 'dead', 'completed']) }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;
export type ServerMessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

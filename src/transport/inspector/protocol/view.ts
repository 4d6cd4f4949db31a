import { z } from 'zod';
import { timelineFilter } from './event.js';
import { jobFilter } from './job.js';

const path = z.string().max(1024);
const run = z.string().max(128);

/** What can be looked at. */
export const view = z.discriminatedUnion('type', [
  z.object({ type: z.literal('tree') }),
  /** One actor in full. With `observe`, what its machine does as well: attached only while somebody looks. */
  z.object({ type: z.literal('actor'), path, observe: z.boolean().exactOptional() }),
  /** The journal; begins with the last events (100 by default, at most 1000). */
  z.object({
    type: z.literal('timeline'),
    filter: timelineFilter.exactOptional(),
    last: z.number().int().min(0).max(1000).exactOptional(),
  }),
  z.object({ type: z.literal('runs') }),
  z.object({ type: z.literal('run'), run }),
  z.object({ type: z.literal('processes') }),
  z.object({ type: z.literal('queues') }),
  /** The newest jobs that fit (50 by default, at most 200); `ask` for those before them. */
  z.object({ type: z.literal('jobs'), ...jobFilter, limit: z.number().int().min(1).max(200).exactOptional() }),
  z.object({ type: z.literal('job'), job: run }),
  z.object({ type: z.literal('schedules') }),
  z.object({ type: z.literal('schedule'), name: z.string().max(256) }),
  z.object({ type: z.literal('gauges') }),
]);
export type View = z.infer<typeof view>;
export type ViewType = View['type'];

/**
 * Where a client was: of the timeline the last `seq` it has, of the others the last `rev`. A position of another `epoch`,
 * or one that is too old, is answered by a fresh snapshot.
 */
export const position = z.object({ epoch: z.string().max(128), rev: z.number().int(), seq: z.number().int() });
export type Position = z.infer<typeof position>;

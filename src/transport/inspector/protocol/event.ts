import { z } from 'zod';

/**
 * An event of the journal, redacted and capped. `seq` is the cursor of the timeline. `type` is one of `JournalEventType`,
 * or, in the store of a newer version, one that is not known here.
 */
export const wireEvent = z.object({
  seq: z.number(),
  at: z.number(),
  runId: z.string(),
  type: z.string(),
  path: z.string().nullable(),
  incarnation: z.number().nullable(),
  ctx: z.object({
    run: z.string().exactOptional(),
    job: z.string().exactOptional(),
    attempt: z.number().exactOptional(),
  }),
  data: z.record(z.string(), z.unknown()),
});
export type WireEvent = z.infer<typeof wireEvent>;

/** Which events a timeline shows; what is left out does not restrict. */
export const timelineFilter = z.object({
  /** Exact types, such as `process.exited`, or a noun with a star: `process.*`. */
  types: z.array(z.string().max(64)).max(64).exactOptional(),
  /** This actor and those below it. */
  path: z.string().max(1024).exactOptional(),
  run: z.string().max(128).exactOptional(),
  /** Events whose type, path or data contain it, whatever the case. */
  text: z.string().max(256).exactOptional(),
});
export type TimelineFilter = z.infer<typeof timelineFilter>;

/** What an observed machine did: never journalled, without a place in the order of the journal. */
export const observed = z.object({
  at: z.number(),
  /** The actor inside the cell: its root, or what that invoked or spawned. */
  actor: z.string(),
  kind: z.enum(['started', 'event', 'changed']),
  /** The event's type, and the event itself: redacted and capped. */
  event: z.object({ type: z.string(), data: z.unknown() }).nullable(),
  /** The state after it; null when it is not a machine. */
  state: z.string().nullable(),
});
export type Observed = z.infer<typeof observed>;

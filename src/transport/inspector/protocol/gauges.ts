import { z } from 'zod';

const actorLoad = z.object({
  /** Work that waits in it. */
  mailbox: z.number().exactOptional(),
  /** Work that it has begun. */
  load: z.number().exactOptional(),
  /** Of a pool: the seats that it is to have, those that take work, how much work can be begun and how much may wait. */
  pool: z.object({ size: z.number(), serving: z.number(), capacity: z.number(), maxQueue: z.number() }).exactOptional(),
});
export type ActorLoad = z.infer<typeof actorLoad>;

/** What is measured of one actor; what was not measured is left out. */
const actorGauges = z.object({
  /** Share of one core, 1 for a whole one. */
  cpu: z.number().exactOptional(),
  /** Resident memory in bytes. */
  rss: z.number().exactOptional(),
  ...actorLoad.shape,
});
export type ActorGauges = z.infer<typeof actorGauges>;

/** Samples of one moment. Never journalled; taken once a second while somebody looks. */
export const gaugesMessage = z.object({
  type: z.literal('gauges'),
  at: z.number(),
  host: z.object({
    cpu: z.number(),
    rss: z.number(),
    heap: z.number(),
    /** The event loop's delay since the last sample, 99th percentile, in milliseconds. */
    loopP99: z.number(),
    actors: z.number(),
    processes: z.number(),
    deadLetters: z.number(),
    clients: z.number(),
  }),
  /** By path. */
  actors: z.record(z.string(), actorGauges),
});
export type GaugesMessage = z.infer<typeof gaugesMessage>;
export type HostGauges = GaugesMessage['host'];

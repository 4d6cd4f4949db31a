import { z } from 'zod';
import type { ToHost } from './messages.js';

const word = z.string();
const count = z.number().int().nonnegative();

const report = z.object({
  killed: z.array(count),
  suspects: z.array(z.object({ pid: count, reason: word })),
  clean: z.boolean(),
});

/** What a host accepts from its forker. */
export const toHost: z.ZodType<ToHost> = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready'), startTicks: count }),
  z.object({ t: z.literal('guardian'), pid: count, startTicks: count }),
  z.object({ t: z.literal('fifos'), made: count, failure: word.nullable(), reason: word }),
  z.object({ t: z.literal('launched'), n: count, pid: count, startTicks: count }),
  z.object({ t: z.literal('exited'), spawnId: word, code: z.number().nullable(), signal: word.nullable() }),
  z.object({ t: z.literal('ended'), spawnId: word, pinnedUntil: count.nullable(), failure: word.nullable() }),
  z.object({ t: z.literal('killed'), n: count, pinnedUntil: count.nullable() }),
  z.object({ t: z.literal('swept'), n: count, report }),
  z.object({ t: z.literal('closed'), n: count }),
  z.object({ t: z.literal('pong') }),
  z.object({ t: z.literal('refused'), n: count, code: word, message: word, context: z.record(word, z.unknown()) }),
  z.object({ t: z.literal('failed'), message: word }),
]);

import { z } from 'zod';

/** What crosses between a host and its forker over Node's IPC channel, as JSON. `n` pairs a question with its answer. */

const word = z.string();
const count = z.number().int().nonnegative();

const order = z.object({
  spawnId: word,
  label: word,
  command: z.tuple([word], word).readonly(),
  cwd: word,
  env: z.record(word, word).readonly(),
  cookie: word,
  pair: count,
  stdin: word.nullable(),
  port: word.nullable(),
});

const session = z.object({ pid: count, startTicks: count, pinnedUntil: count });

const target = z.object({ cookie: word, startTicks: count, sessions: z.array(session).readonly() });

const report = z.object({
  killed: z.array(count).readonly(),
  suspects: z.array(z.object({ pid: count, reason: word })).readonly(),
  clean: z.boolean(),
});

/** From the host to its forker. */
export const toForker = z.discriminatedUnion('t', [
  /** The first message: whose forker this is. */
  z.object({ t: z.literal('start'), runId: word, generation: count, directory: word, hostPid: count }),
  z.object({ t: z.literal('launch'), n: count, order }),
  z.object({ t: z.literal('signal'), spawnId: word, signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT']) }),
  z.object({ t: z.literal('kill'), n: count, spawnId: word }),
  z.object({ t: z.literal('sweep'), n: count, target }),
  /** The host has taken that many FIFO pairs and waits for more. */
  z.object({ t: z.literal('refill'), taken: count }),
  z.object({ t: z.literal('close'), n: count }),
]);
export type ToForker = z.infer<typeof toForker>;

/** From a forker to its host. */
export const toHost = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready'), startTicks: count }),
  /** That many FIFO pairs were made so far; or none can be made. */
  z.object({ t: z.literal('fifos'), made: count, failure: word.nullable() }),
  z.object({ t: z.literal('launched'), n: count, pid: count, startTicks: count }),
  z.object({ t: z.literal('exited'), spawnId: word, code: z.number().nullable(), signal: word.nullable() }),
  z.object({ t: z.literal('killed'), n: count, pinnedUntil: count.nullable() }),
  z.object({ t: z.literal('swept'), n: count, report }),
  z.object({ t: z.literal('closed'), n: count }),
  /** The answer to a question that failed. */
  z.object({ t: z.literal('refused'), n: count, code: word, message: word, context: z.record(word, z.unknown()) }),
  /** The forker's last words: nobody else sees them, its stdio is /dev/null. */
  z.object({ t: z.literal('failed'), message: word }),
]);
export type ToHost = z.infer<typeof toHost>;

import { z } from 'zod';

/** One operating-system process, as it is registered. */
export const processInfo = z.object({
  /** `<runId>.<spawn id>`: unique in the store, and what its cookie ends with. */
  id: z.string(),
  /** The worker that owns it. */
  path: z.string(),
  incarnation: z.number(),
  /** `<run>:<index>` for the process of a slot. */
  job: z.string().nullable(),
  attempt: z.number().nullable(),
  /** `intent` before the spawn, `live` after it, `gone` once proven gone; `suspect` may be ours and is never killed. */
  state: z.enum(['intent', 'live', 'gone', 'suspect']),
  pid: z.number().nullable(),
  /** Redacted. */
  command: z.array(z.string()),
  exit: z.object({ code: z.number().nullable(), signal: z.string().nullable() }).nullable(),
  /** Why it is suspect, or did not start. */
  reason: z.string().nullable(),
  at: z.number(),
});
export type ProcessInfo = z.infer<typeof processInfo>;

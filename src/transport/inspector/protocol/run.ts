import { z } from 'zod';
import { RUN_STATUSES, RUN_WISHES } from '../../../machines/work/run/status.js';
import { SLOT_STATUSES } from '../../../machines/work/slot.js';

const slotStatus = z.enum(SLOT_STATUSES);
const runStatus = z.enum(RUN_STATUSES);

/** A run in the list of runs. */
export const runInfo = z.object({
  run: z.string(),
  name: z.string().nullable(),
  status: runStatus,
  pool: z.string(),
  /** What its slots call; null where each runs a program. */
  method: z.string().nullable(),
  total: z.number(),
  /** Committed rows by status. */
  counts: z.record(slotStatus, z.number()),
  /** How many rows are committed: the commit cursor. */
  committed: z.number(),
  concurrency: z.number(),
  reorderWindow: z.number(),
  /** The host that drives it or drove it last. */
  owner: z.string().nullable(),
  wish: z.enum(RUN_WISHES).nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type RunInfo = z.infer<typeof runInfo>;

/** A slot near the commit cursor. `finished` ones wait for those before them. */
const windowSlot = z.object({
  index: z.number(),
  stage: z.enum(['pending', 'running', 'finished', 'committed']),
  /** Once it has ended. */
  status: slotStatus.nullable(),
});
export type WindowSlot = z.infer<typeof windowSlot>;

/** A committed row in short; `ask` for its logs. Texts are redacted and capped. */
export const rowInfo = z.object({
  /** Its place in the order of commits. */
  position: z.number(),
  index: z.number(),
  status: slotStatus,
  input: z.string(),
  /** What a call has answered; null where there is no answer, or a program ran. */
  result: z.string().nullable(),
  attempts: z.number(),
  durationMs: z.number(),
  error: z.string().nullable(),
});
export type RowInfo = z.infer<typeof rowInfo>;

/** A run in full: the cursor, what is around it, and the newest rows. */
export const runDetail = z.object({
  info: runInfo,
  /** The first slot that is not committed; `total` when all are. */
  frontier: z.number(),
  inFlight: z.number(),
  /** Finished out of order, and waiting to be committed. */
  waiting: z.number(),
  /** From the frontier on, as far as the reorder window reaches (at most 512 slots). */
  window: z.array(windowSlot),
  /** The newest rows (at most 100), the latest last. */
  rows: z.array(rowInfo),
});
export type RunDetail = z.infer<typeof runDetail>;

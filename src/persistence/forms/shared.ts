import { z } from 'zod';
import type { ErrorRecord } from '../../errors.js';
import type { CrashRecord } from '../../machines/exits/crash-record.js';
import { HOST_CRASH_ORIGINS, type HostCrash } from '../../machines/exits/host-crash.js';
import type { ProcessExit, ProcessIdentity } from '../../machines/process/process.js';
import { SLOT_STATUSES } from '../../machines/work/slot.js';

/** Forms that several tables share. */
export const errorRecord = z.object({ code: z.string(), message: z.string() }) satisfies z.ZodType<ErrorRecord>;

export const crashRecord = errorRecord.extend({
  stack: z.string().exactOptional(),
  stderr: z.string().exactOptional(),
}) satisfies z.ZodType<CrashRecord>;

export const hostCrash = z.object({
  origin: z.enum(HOST_CRASH_ORIGINS),
  code: z.number().nullable(),
  error: crashRecord.nullable(),
}) satisfies z.ZodType<HostCrash>;

export const identity = z.object({
  bootId: z.string(),
  pidNamespace: z.string(),
  pid: z.number(),
  startTicks: z.number(),
}) satisfies z.ZodType<ProcessIdentity>;

export const exitParts = {
  code: z.number().nullable(),
  signal: z.string().nullable(),
} satisfies Record<keyof ProcessExit, z.ZodType>;

export const slotStatus = z.enum(SLOT_STATUSES);

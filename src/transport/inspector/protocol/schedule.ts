import { z } from 'zod';
import { JOB_STATES } from '../../../machines/work/job/states.js';
import { SCHEDULE_STATES } from '../../../machines/work/schedule/machine.js';
import { CATCH_UPS, OVERLAPS, SKIP_REASONS } from '../../../machines/work/schedule/spec.js';

/** What became of an instant of a schedule, or of several in a row that were skipped for one reason. */
export const occurrenceInfo = z.object({
  /** The instant; the last one of several. */
  at: z.number(),
  /** The first one of several. */
  since: z.number(),
  /** How many; null when nobody has counted them. */
  count: z.number().nullable(),
  /** Whether somebody has asked for it. */
  byHand: z.boolean(),
  /** The job that it made; null when it was skipped. */
  job: z.string().nullable(),
  /** How that job stands; null when it is not kept any more. */
  jobState: z.enum(JOB_STATES).nullable(),
  skipped: z.enum(SKIP_REASONS).nullable(),
});
export type OccurrenceInfo = z.infer<typeof occurrenceInfo>;

/** A schedule as it stands. */
export const scheduleInfo = z.object({
  name: z.string(),
  state: z.enum(SCHEDULE_STATES),
  /** Its rule in its time zone; null for a single instant. */
  cron: z.string().nullable(),
  timezone: z.string().nullable(),
  /** Its single instant; null for a rule. */
  once: z.number().nullable(),
  catchUp: z.enum(CATCH_UPS),
  overlap: z.enum(OVERLAPS),
  jitterMs: z.number(),
  queue: z.string(),
  method: z.string().nullable(),
  /** The next instant; null unless it is active. */
  nextAt: z.number().nullable(),
  /** Its newest occurrence. */
  last: occurrenceInfo.nullable(),
});
export type ScheduleInfo = z.infer<typeof scheduleInfo>;

/** A schedule in full. */
export const scheduleDetail = z.object({
  info: scheduleInfo,
  /** What each of its jobs is given; redacted and capped. */
  input: z.unknown(),
  /** The newest occurrences (at most 100), the newest first. */
  occurrences: z.array(occurrenceInfo),
});
export type ScheduleDetail = z.infer<typeof scheduleDetail>;

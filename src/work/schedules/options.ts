import { EspalierError } from '../../errors.js';
import { CATCH_UPS, OVERLAPS, type ScheduleSpec } from '../../machines/work/schedule/spec.js';
import { anything, checkOptions, fields, kind, milliseconds, nullable, oneOf, required, text } from '../../options.js';
import { type JobSpec, newJobs, type SpecContext } from '../jobs/spec.js';

/** What an occurrence has by itself: a schedule that gives it is refused. */
const OWN = {
  key: 'the instant is the key of its job',
  keyFor: 'the instant is the key of its job',
  delayMs: "the schedule says when: give 'jitterMs' to spread",
  runAt: "the schedule says when: give 'at'",
  after: "give 'overlap' for the jobs before it",
  onDependency: "give 'overlap' for the jobs before it",
  deadline: "give 'deadlineMs', which counts from when it may start",
  parent: 'the jobs of a schedule belong to no other',
  onParentEnd: 'the jobs of a schedule belong to no other',
  ref: 'the jobs of a schedule are submitted one by one',
} as const;

/** What each occurrence of a schedule does: a job without what the occurrence has by itself. */
export interface ScheduledJobSpec extends Omit<JobSpec, keyof typeof OWN> {
  /** So many milliseconds after it may start it has ended; for ever by default. */
  readonly deadlineMs?: number | null;
}

/** A schedule as it is set. */
export interface ScheduleOptions {
  /** When: five fields, or six that begin with the second. Either this or `at`. */
  readonly cron?: string;
  /** Once, in milliseconds since the epoch, or as a date. */
  readonly at?: number | Date;
  /** In which the rule is read (`UTC`). */
  readonly timezone?: string;
  /** What becomes of instants that passed while no host lived: `none`, `last` (default) or `all`, a hundred at most. */
  readonly catchUp?: ScheduleSpec['catchUp'];
  /** What becomes of an instant while the job of an earlier one has not ended: `skip` (default), `queue` or `allow`. */
  readonly overlap?: ScheduleSpec['overlap'];
  /** The first and the last moment at which it may come. */
  readonly from?: number | Date | null;
  readonly until?: number | Date | null;
  /** Its jobs start up to so many milliseconds later, each its own (0). */
  readonly jitterMs?: number;
  readonly job: ScheduledJobSpec;
}

const instant = kind(
  'a date, or milliseconds since the epoch',
  (value) => (value instanceof Date && !Number.isNaN(value.getTime())) || Number.isSafeInteger(value),
);

const rule = fields<ScheduleOptions>(
  {
    cron: text,
    at: instant,
    timezone: text,
    catchUp: oneOf(...CATCH_UPS),
    overlap: oneOf(...OVERLAPS),
    from: nullable(instant),
    until: nullable(instant),
    jitterMs: milliseconds(0),
    job: required(anything),
  },
  { pattern: 'cron', tz: 'timezone', timeZone: 'timezone', jitter: 'jitterMs', startAt: 'from', stopAt: 'until' },
);

const deadline = fields<Pick<ScheduledJobSpec, 'deadlineMs'>>({ deadlineMs: nullable(milliseconds(1)) });

/**
 * A schedule's spec, whole.
 *
 * @throws EspalierError `ESP_INVALID` naming what does not fit
 */
export function scheduleSpec(name: string, options: ScheduleOptions, context: SpecContext): ScheduleSpec {
  const whose = `schedule ${JSON.stringify(name)}`;
  checkOptions(whose, options, rule);
  const { catchUp = 'last', overlap = 'skip', from = null, until = null, jitterMs = 0 } = options;
  return {
    ...{ timing: timingOf(whose, options), catchUp, overlap, jitterMs },
    from: from === null ? null : Number(from),
    until: until === null ? null : Number(until),
    job: jobOf(whose, options.job, context),
  };
}

function timingOf(whose: string, { cron, at, timezone }: ScheduleOptions): ScheduleSpec['timing'] {
  if ((cron === undefined) === (at === undefined)) throw invalid(whose, "give either 'cron' or 'at'");
  if (cron !== undefined) return { kind: 'cron', cron, timezone: timezone ?? 'UTC' };
  if (timezone === undefined) return { kind: 'at', at: Number(at) };
  throw invalid(whose, "'at' is one moment, the same in every time zone: give no 'timezone'");
}

function jobOf(whose: string, given: ScheduledJobSpec, context: SpecContext): ScheduleSpec['job'] {
  if (typeof given !== 'object' || given === null) throw invalid(whose, 'job must be an object of options');
  for (const [own, why] of Object.entries(OWN)) if (own in given) throw invalid(whose, `job.${own}: ${why}`);
  const { deadlineMs = null, ...rest } = given;
  checkOptions(`${whose}, job`, { deadlineMs }, deadline);
  const [job] = newJobs([rest], context).jobs;
  if (job === undefined) throw new Error(`${whose}: its job is none`);
  const { queue, method, version, input, priority, limits, policy, meta, budget } = job;
  return { queue, method, version, input, priority, limits, policy, budget, meta, deadlineMs };
}

function invalid(whose: string, problem: string): EspalierError {
  return new EspalierError('ESP_INVALID', `${whose}: ${problem}`);
}

import { formatTime } from '../../clock.js';
import type { OccurrenceRecord, ScheduleRecord } from '../../index.js';
import type { Listing } from '../print/listing.js';
import { printable } from '../print/table.js';

/** All schedules as a table. */
export const schedules: Listing<ScheduleRecord> = {
  head: ['SCHEDULE', 'STATE', 'WHEN', 'NEXT (UTC)', 'LAST (UTC)', 'OUTCOME', 'QUEUE'],
  cells: ({ name, state, spec, nextAt, last }) => [
    name,
    state,
    ruleOf(spec.timing),
    timeOrNot(nextAt),
    timeOrNot(last?.at ?? null),
    last === null ? '' : outcomeOf(last),
    spec.job.queue,
  ],
};

/** What became of the instants of one. */
export const occurrences: Listing<OccurrenceRecord> = {
  head: ['INSTANT (UTC)', 'OUTCOME', 'JOB'],
  cells: (occurrence) => [formatTime(occurrence.at), outcomeOf(occurrence), occurrence.jobId ?? ''],
};

/** One in full, but for what its job is given: that may be long. */
export function describe({ name, state, spec, nextAt, setAt }: ScheduleRecord): string[] {
  const { timing, catchUp, overlap, from, until, jitterMs, job } = spec;
  const bounds = [
    ...(from === null ? [] : [`from ${formatTime(from)} UTC`]),
    ...(until === null ? [] : [`until ${formatTime(until)} UTC`]),
  ];
  return [
    `schedule   ${printable(name)}`,
    `state      ${state}`,
    `when       ${printable([ruleOf(timing), ...bounds].join(', '))}${jitterMs === 0 ? '' : `, up to ${jitterMs} ms later`}`,
    `next       ${nextAt === null ? 'none' : `${formatTime(nextAt)} UTC`}`,
    `catch up   ${catchUp}`,
    `overlap    ${overlap}`,
    `job        ${printable(job.method === null ? job.queue : `${job.method} of ${job.queue}`)}`,
    `set        ${formatTime(setAt)} UTC`,
  ];
}

function ruleOf(timing: ScheduleRecord['spec']['timing']): string {
  return timing.kind === 'at' ? `once, ${formatTime(timing.at)} UTC` : `${timing.cron} ${timing.timezone}`;
}

function timeOrNot(at: number | null): string {
  return at === null ? '' : formatTime(at);
}

/** `succeeded`, `skipped: overlap`, `skipped: missed, 12 since 2026-…`. */
export function outcomeOf({ skipped, jobState, byHand, since, at, count }: OccurrenceRecord): string {
  const hand = byHand ? ', by hand' : '';
  if (skipped === null) return `${jobState ?? 'made, its job is not kept any more'}${hand}`;
  const many = since === at ? '' : `, ${count ?? 'many'} since ${formatTime(since)}`;
  return `skipped: ${skipped}${many}${hand}`;
}

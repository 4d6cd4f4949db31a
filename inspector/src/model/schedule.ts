import type { OccurrenceInfo, ScheduleInfo } from 'espalier/client';
import type { Condition } from './condition.js';

/** The condition that the state of a schedule means. */
export const SCHEDULE_CONDITIONS = {
  active: 'running',
  paused: 'waiting',
  ended: 'gone',
} satisfies Record<ScheduleInfo['state'], Condition>;

const REASONS = {
  missed: 'no host looked at its time',
  limit: 'too many to catch up with',
  overlap: 'an earlier job had not ended',
  full: 'too many wait already',
  paused: 'the schedule was paused',
  key: 'another job has its key',
} satisfies Record<NonNullable<OccurrenceInfo['skipped']>, string>;

/** What became of an instant that made no job. @example skippedText({ skipped: 'overlap', count: 3 }) */
export function skippedText({ skipped, count }: Pick<OccurrenceInfo, 'skipped' | 'count'>): string {
  if (skipped === null) return '';
  const many = count === null ? ' (several)' : count === 1 ? '' : ` (${count} of them)`;
  return `skipped${many}: ${REASONS[skipped]}`;
}

/** When a schedule comes, as it is read. */
export function timingText({ cron, timezone, once }: Pick<ScheduleInfo, 'cron' | 'timezone' | 'once'>): string {
  if (once !== null) return `once, ${dateText(once)}`;
  return `${cron} (${timezone})`;
}

/** Date and time, in this browser's time zone. */
export function dateText(at: number): string {
  return new Date(at).toLocaleString('en-GB');
}

import { z } from 'zod';
import { isEspalierError } from '../../../errors.js';
import { dueInstants, type Instants } from '../../../machines/work/schedule/due.js';
import type { DueSchedule, DueSchedules, OccurrenceRecord, ScheduleRecord } from '../../contract/schedules.js';
import type { Connection } from '../../sql/connection.js';
import { instantsOf } from './instants.js';
import {
  everySchedule,
  findSchedule,
  newestOccurrences,
  requireSchedule,
  type ScheduleRow,
  schedulesDue,
} from './records.js';
import type { Resumption } from './steer.js';

const atRow = z.object({ at: z.number().nullable() });

/** Schedules that one look computes, at most: the next one does the others. */
const MOST_DUE = 200;

/**
 * Computes what is due, here in the reader thread: half a millisecond for an instant is too long for the event loop of a host
 * and for the writer. Others are answered between two instants.
 */
function* dueSchedules(db: Connection, { now }: { now: number }): Generator<void, DueSchedules, void> {
  const due: DueSchedule[] = [];
  const failed: { name: string; message: string }[] = [];
  for (const { name, revision, cursor, spec } of schedulesDue(db, now, MOST_DUE)) {
    const instants = computable(spec);
    if (typeof instants === 'string') failed.push({ name, message: instants });
    else due.push({ name, revision, cursor, due: yield* dueInstants(instants, cursor, now) });
  }
  return { due, failed, nextAt: nextInstant(db, now) };
}

/** Another host, with another version of Node, may know time zones that this one does not: that stops no other schedule. */
function computable(spec: ScheduleRow['spec']): Instants | string {
  try {
    return instantsOf(spec);
  } catch (error) {
    if (!isEspalierError(error)) throw error;
    return error.message;
  }
}

/** What passed of a schedule since its cursor, and what comes next: for whoever takes it up again. */
function* passedInstants(
  db: Connection,
  { name, now }: { name: string; now: number },
): Generator<void, Pick<Resumption, 'revision' | 'passed' | 'nextAt'>, void> {
  const { spec, cursor, revision } = requireSchedule(db, name);
  const { newest, earlier, next } = yield* dueInstants(instantsOf(spec), cursor, now);
  const [since] = newest;
  const at = newest.at(-1);
  if (since === undefined || at === undefined) return { revision, passed: null, nextAt: next };
  const passed = earlier === null ? { since, at, count: newest.length } : { since: earlier.since, at, count: null };
  return { revision, passed, nextAt: next };
}

function nextInstant(db: Connection, now: number): number | null {
  const found = db.one(atRow, 'SELECT min(next_at) AS at FROM schedules WHERE next_at > ?', now);
  return found?.at ?? null;
}

function recordOf(db: Connection, { schedule, ...rest }: ScheduleRow): ScheduleRecord {
  return { ...rest, last: newestOccurrences(db, schedule, { before: null, limit: 1 })[0] ?? null };
}

function getSchedule(db: Connection, { name }: { name: string }): ScheduleRecord | null {
  const found = findSchedule(db, name);
  return found && recordOf(db, found);
}

function listSchedules(db: Connection, _args: null): ScheduleRecord[] {
  return everySchedule(db).map((row) => recordOf(db, row));
}

function historyOf(
  db: Connection,
  { name, before, limit }: { name: string; before: number | null; limit: number },
): OccurrenceRecord[] {
  const found = findSchedule(db, name);
  return found === null ? [] : newestOccurrences(db, found.schedule, { before, limit });
}

/** What is read of schedules, by name. */
export const scheduleReads = {
  'schedules.due': dueSchedules,
  'schedules.passed': passedInstants,
  'schedules.get': getSchedule,
  'schedules.list': listSchedules,
  'schedules.history': historyOf,
};

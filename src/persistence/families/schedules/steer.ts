import { isDeepStrictEqual } from 'node:util';
import type { JobId } from '../../../machines/ids/job-id.js';
import { decideOccurrences, type SkippedInstants } from '../../../machines/work/schedule/decide.js';
import type { OccurrenceRecord } from '../../contract/schedules.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { moveSchedule } from './move.js';
import { forgetOccurrences, makeOccurrence, skipInstants, unfinishedJobs } from './occurrences.js';
import { findSchedule, keptSpec, newestOccurrences, requireSchedule, type ScheduleRow } from './records.js';

/** A spec as JSON text, with what follows from it for the schedule as it was when that was computed. */
export interface SpecText {
  readonly by: Actor;
  readonly name: string;
  readonly spec: string;
  /** Null when there was no schedule of that name. */
  readonly revision: number | null;
  readonly cursor: number;
  readonly nextAt: number | null;
}

/** Makes a schedule, or changes one; an equal spec changes nothing. `stale`: it has changed since it was looked at. */
export function setSchedule(tx: Transaction, text: SpecText): 'created' | 'changed' | 'unchanged' | 'stale' {
  const { by, name, spec, revision, cursor, nextAt } = text;
  if (by !== '') tx.requireLive(by);
  const schedule = findSchedule(tx.db, name);
  if ((schedule?.revision ?? null) !== revision) return 'stale';
  if (schedule !== null && isDeepStrictEqual(schedule.spec, keptSpec.parse(spec))) return 'unchanged';
  if (schedule === null) {
    tx.db.run(
      `INSERT INTO schedules (name, state, revision, spec, cursor, next_at, set_by, set_at) VALUES (?, ?, 1, ?, ?, ?, ?, ?)`,
      name,
      nextAt === null ? 'ended' : 'active',
      spec,
      cursor,
      nextAt,
      by,
      tx.now,
    );
  } else if (!change(tx, schedule, text)) return 'stale';
  const change_ = schedule === null ? 'created' : 'changed';
  const next = schedule?.state === 'paused' ? null : nextAt;
  tx.journal(by, { type: 'schedule.set', data: { schedule: name, change: change_, nextAt: next } });
  return change_;
}

function change(tx: Transaction, schedule: ScheduleRow, { by, spec, cursor, nextAt }: SpecText): boolean {
  const isPaused = schedule.state === 'paused';
  const to = isPaused ? 'paused' : nextAt === null ? 'ended' : 'active';
  if (!moveSchedule(tx, schedule, { type: 'changed', to }, { cursor, nextAt: isPaused ? null : nextAt })) return false;
  tx.db.run(
    'UPDATE schedules SET spec = ?, set_by = ?, set_at = ? WHERE schedule = ?',
    spec,
    by,
    tx.now,
    schedule.schedule,
  );
  return true;
}

/** Its instants are skipped until it is resumed. False when it is not active. @throws `ESP_NOT_FOUND` */
export function pauseSchedule(tx: Transaction, { by, name }: { by: Actor; name: string }): boolean {
  if (by !== '') tx.requireLive(by);
  const schedule = requireSchedule(tx.db, name);
  if (!moveSchedule(tx, schedule, { type: 'paused', to: 'paused' }, { cursor: schedule.cursor, nextAt: null }))
    return false;
  tx.journal(by, { type: 'schedule.paused', data: { schedule: name } });
  return true;
}

/** What passed while it was paused, and what comes next, computed for a revision of it. */
export interface Resumption {
  readonly by: Actor;
  readonly name: string;
  readonly revision: number;
  readonly passed: Omit<SkippedInstants, 'reason'> | null;
  readonly nextAt: number | null;
}

/** Its instants count again from here on. False when it is not paused. `stale`: it has changed since it was looked at. */
export function resumeSchedule(tx: Transaction, { by, name, revision, passed, nextAt }: Resumption): boolean | 'stale' {
  if (by !== '') tx.requireLive(by);
  const schedule = requireSchedule(tx.db, name);
  if (schedule.state !== 'paused') return false;
  if (schedule.revision !== revision) return 'stale';
  const cursor = passed?.at ?? schedule.cursor;
  moveSchedule(tx, schedule, { type: 'resumed', to: nextAt === null ? 'ended' : 'active' }, { cursor, nextAt });
  tx.journal(by, { type: 'schedule.resumed', data: { schedule: name, nextAt } });
  if (passed !== null) skipInstants(tx, by, schedule, { ...passed, reason: 'paused' });
  if (nextAt === null) tx.journal(by, { type: 'schedule.ended', data: { schedule: name } });
  return true;
}

/** Removes a schedule with its history; its jobs stay. False when there is none. */
export function removeSchedule(tx: Transaction, { by, name }: { by: Actor; name: string }): boolean {
  if (by !== '') tx.requireLive(by);
  if (tx.db.run('DELETE FROM schedules WHERE name = ?', name) === 0) return false;
  tx.journal(by, { type: 'schedule.removed', data: { schedule: name } });
  return true;
}

/** Makes an occurrence by hand, in any state of the schedule, as its overlap allows. @throws `ESP_NOT_FOUND` */
export function runScheduleNow(
  tx: Transaction,
  { by, name, jobId }: { by: Actor; name: string; jobId: JobId },
): OccurrenceRecord {
  if (by !== '') tx.requireLive(by);
  const schedule = requireSchedule(tx.db, name);
  const at = freeMoment(tx, schedule);
  const unfinished = unfinishedJobs(tx, schedule);
  const due = { newest: [at], earlier: null, next: null };
  const decision = decideOccurrences({ ...schedule.spec, jitterMs: 0 }, due, {
    ...{ name, now: at, unfinished: unfinished.length },
    cursor: schedule.cursor,
  });
  for (const skipped of decision.skipped) skipInstants(tx, by, schedule, skipped, true);
  for (const made of decision.made) makeOccurrence(tx, by, schedule, { ...made, jobId, byHand: true }, unfinished);
  forgetOccurrences(tx, schedule);
  const [occurrence] = newestOccurrences(tx.db, schedule.schedule, { before: at + 1, limit: 1 });
  if (occurrence === undefined) throw new Error(`schedule ${name}: what was made of ${at} is not there`);
  return occurrence;
}

/** A moment that no rule can mean and no occurrence has: rules mean whole seconds. */
function freeMoment(tx: Transaction, { schedule, spec: { timing } }: ScheduleRow): number {
  for (let at = tx.now; ; at += 1) {
    if (at % 1000 === 0 || (timing.kind === 'at' && timing.at === at)) continue;
    const [taken] = newestOccurrences(tx.db, schedule, { before: at + 1, limit: 1 });
    if (taken?.at !== at) return at;
  }
}

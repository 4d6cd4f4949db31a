import type { RunId } from '../../../ids.js';
import type { JobId } from '../../../machines/ids/job-id.js';
import { decideOccurrences, type ScheduleDecision } from '../../../machines/work/schedule/decide.js';
import type { DueSchedule } from '../../contract/schedules.js';
import type { Transaction } from '../../sql/transaction.js';
import { moveSchedule } from './move.js';
import { forgetOccurrences, makeOccurrence, skipInstants, unfinishedJobs } from './occurrences.js';
import { findSchedule, type ScheduleRow } from './records.js';

/** A schedule whose instants are due, with an id for each job that they may make. */
export interface DueScheduleWithIds extends DueSchedule {
  readonly jobIds: readonly JobId[];
}

/**
 * Makes and skips the instants that are due. What was computed for another revision or another cursor is left alone: another
 * host was first, or somebody has changed the schedule.
 *
 * @returns how many schedules have moved on
 */
export function tickSchedules(
  tx: Transaction,
  { owner, due, now }: { owner: RunId; due: readonly DueScheduleWithIds[]; now: number },
): number {
  tx.requireLive(owner);
  return due.filter((one) => {
    const schedule = findSchedule(tx.db, one.name);
    if (schedule?.revision !== one.revision || schedule.cursor !== one.cursor) return false;
    tick(tx, owner, schedule, one, now);
    return true;
  }).length;
}

function tick(
  tx: Transaction,
  owner: RunId,
  schedule: ScheduleRow,
  { due, jobIds }: DueScheduleWithIds,
  now: number,
): void {
  const { name, cursor, spec } = schedule;
  const unfinished = unfinishedJobs(tx, schedule);
  const decision = decideOccurrences(spec, due, { name, cursor, now, unfinished: unfinished.length });
  for (const skipped of decision.skipped) skipInstants(tx, owner, schedule, skipped);
  makeAll(tx, owner, schedule, { decision, jobIds, unfinished });
  forgetOccurrences(tx, schedule);
  if (due.next === null)
    moveSchedule(tx, schedule, { type: 'exhausted', to: 'ended' }, { cursor: decision.cursor, nextAt: null });
  else
    tx.db.run(
      'UPDATE schedules SET cursor = ?, next_at = ? WHERE schedule = ?',
      decision.cursor,
      due.next,
      schedule.schedule,
    );
  if (due.next === null) tx.journal(owner, { type: 'schedule.ended', data: { schedule: name } });
}

function makeAll(
  tx: Transaction,
  owner: RunId,
  schedule: ScheduleRow,
  {
    decision,
    jobIds,
    unfinished,
  }: { readonly decision: ScheduleDecision; readonly jobIds: readonly JobId[]; readonly unfinished: readonly JobId[] },
): void {
  const before = [...unfinished];
  for (const [index, occurrence] of decision.made.entries()) {
    const jobId = jobIds[index];
    if (jobId === undefined) throw new Error(`schedule ${schedule.name}: more occurrences than ids for their jobs`);
    const made = makeOccurrence(tx, owner, schedule, { ...occurrence, jobId, byHand: false }, before);
    if (made !== null) before.push(made);
  }
}

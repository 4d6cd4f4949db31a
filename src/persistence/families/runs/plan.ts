import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import { JOB_STATES } from '../../../machines/work/attempt.js';
import type { SlotStatus } from '../../../machines/work/slot.js';
import { SLOT_STATES, type SlotState } from '../../contract/runs.js';
import { slotStatus } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { requireRun } from './records.js';

const slotRow = z.object({ idx: z.number(), state: slotStatus });

const stateRow = z.object({ idx: z.number(), state: z.enum(JOB_STATES) });
const indexRow = z.object({ idx: z.number() });

const CODE: Readonly<Record<SlotState, number>> = {
  pending: SLOT_STATES.indexOf('pending'),
  running: SLOT_STATES.indexOf('running'),
  finished: SLOT_STATES.indexOf('finished'),
  committed: SLOT_STATES.indexOf('committed'),
};

export function planRun(db: Connection, { run }: { run: RunRef }): Uint8Array {
  const head = requireRun(db, run);
  const slots = new Uint8Array(head.total);
  for (const { idx, state } of db.each(stateRow, 'SELECT idx, state FROM jobs WHERE run = ?', head.number)) {
    slots[idx] = state === 'queued' ? CODE.pending : state === 'running' ? CODE.running : CODE.finished;
  }
  for (const { idx } of db.each(indexRow, 'SELECT idx FROM rows WHERE run = ?', head.number)) {
    slots[idx] = CODE.committed;
  }
  return slots;
}

export function finishedSlots(db: Connection, { run }: { run: RunRef }): Map<number, SlotStatus> {
  const finished = new Map<number, SlotStatus>();
  const slots = db.each(
    slotRow,
    `SELECT j.idx, j.state FROM jobs j WHERE j.run = ? AND j.state NOT IN ('queued', 'running')
       AND NOT EXISTS (SELECT 1 FROM rows w WHERE w.run = j.run AND w.idx = j.idx) ORDER BY j.idx`,
    requireRun(db, run).number,
  );
  for (const { idx, state } of slots) finished.set(idx, state);
  return finished;
}

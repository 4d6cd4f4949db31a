import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunId, RunRef } from '../../../ids.js';
import { jobContext, slotJobId } from '../../../machines/ids/job-id.js';
import { JOB_STATES } from '../../../machines/work/attempt.js';
import type { SlotStatus } from '../../../machines/work/slot.js';
import type { Transaction } from '../../sql/transaction.js';
import { ENDED_STATES } from '../executions/tries.js';
import { moveRun, ownedByAnother } from './changes.js';
import { type RunHead, requireOwn, requireRun } from './records.js';

const slotRow = z.object({
  job: z.number(),
  state: z.enum(JOB_STATES),
  final: z.number().nullable(),
  committed: z.number(),
  attempts: z.number(),
});

/** What a ruling makes of slots, whatever they produced. */
type Ruled = 'cancelled' | 'skipped_pruned';

export function commitSlots(
  tx: Transaction,
  { run, owner, indexes, as }: { run: RunRef; owner: RunId; indexes: readonly number[]; as: Ruled | null },
): void {
  tx.requireLive(owner);
  const head = requireOwn(tx.db, run, owner);
  const added = new Map<SlotStatus, number>();
  let position = head.position;
  for (const index of indexes) {
    const status = commitSlot(tx, head, { run, index, as }, position + 1);
    if (status === null) continue;
    position += 1;
    added.set(status, (added.get(status) ?? 0) + 1);
    tx.journal(owner, {
      type: 'slot.committed',
      data: { run, index, status },
      ctx: jobContext(slotJobId(run, index)),
    });
  }
  if (position === head.position) return;
  const counts = [...added.keys()].map((status) => `${status} = ${status} + ?`);
  tx.db.run(
    `UPDATE runs SET position = ?, updated_at = ?, ${counts.join(', ')} WHERE number = ?`,
    position,
    tx.now,
    ...added.values(),
    head.number,
  );
}

/** Adds the row of one slot. Answers its status, or null when it has one already. */
function commitSlot(
  tx: Transaction,
  head: RunHead,
  { run, index, as }: { run: RunRef; index: number; as: Ruled | null },
  position: number,
): SlotStatus | null {
  const slot = findSlot(tx, head, run, index);
  if (slot.committed === 1) return null;
  const status = as === null ? slot.state : slot.state === 'running' ? 'running' : as;
  if (status === 'running' || status === 'queued') {
    throw new EspalierError('ESP_CONFLICT', `slot ${index} of run ${run} is ${status}: it cannot be committed`);
  }
  if (as !== null) tx.db.run('UPDATE jobs SET state = ?, final = NULL WHERE job = ?', as, slot.job);
  tx.db.run(
    'INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (?, ?, ?, ?, ?, ?, ?)',
    head.number,
    position,
    index,
    slot.job,
    status,
    as === null ? slot.final : null,
    as === null ? slot.attempts : 0,
  );
  return status;
}

function findSlot(tx: Transaction, head: RunHead, run: RunRef, index: number): z.infer<typeof slotRow> {
  const slot = tx.db.one(
    slotRow,
    `SELECT j.job, j.state, j.final,
       EXISTS (SELECT 1 FROM rows w WHERE w.run = j.run AND w.idx = j.idx) AS committed,
       (SELECT count(*) FROM attempts a WHERE a.job = j.job AND a.state IN ${ENDED_STATES}) AS attempts
     FROM jobs j WHERE j.run = ? AND j.idx = ?`,
    head.number,
    index,
  );
  if (slot !== undefined) return slot;
  throw new EspalierError('ESP_NOT_FOUND', `run ${run} has no slot ${index}`);
}

function countRows(tx: Transaction, number: number, status: SlotStatus, count: number): void {
  tx.db.run(`UPDATE runs SET ${status} = ${status} + ? WHERE number = ?`, count, number);
}

const REOPENED = ['failed', 'timed_out', 'cancelled'] as const;

export function reopenFailed(tx: Transaction, { run, owner }: { run: RunRef; owner: RunId }): number {
  tx.requireLive(owner);
  const head = requireRun(tx.db, run);
  if (ownedByAnother(tx, head, owner)) {
    throw new EspalierError('ESP_OWNED', `run ${run} belongs to the living host ${head.owner}: stop it first`);
  }
  if (head.status === 'created') throw new EspalierError('ESP_CONFLICT', `run ${run} was never started`);
  for (const status of REOPENED) {
    const rows = tx.db.run('DELETE FROM rows WHERE run = ? AND status = ?', head.number, status);
    countRows(tx, head.number, status, -rows);
  }
  const reopened = tx.db.run(
    `UPDATE jobs SET state = 'queued', final = NULL
     WHERE run = ? AND state IN (${REOPENED.map((status) => `'${status}'`).join(', ')})`,
    head.number,
  );
  if (reopened > 0 && head.status === 'completed') moveRun(tx, head.number, 'interrupted');
  return reopened;
}

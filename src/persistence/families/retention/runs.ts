import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunRef } from '../../../ids.js';
import type { Transaction } from '../../sql/transaction.js';
import { requireRun } from '../runs/records.js';
import { removeAttempts } from './jobs.js';

/** Runs that are marked at once, at most. */
const MOST_RUNS = 100;

const UNPROVEN = `EXISTS (SELECT 1 FROM jobs j JOIN attempts a ON a.job = j.job
  LEFT JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id
  WHERE j.run = r.number AND (a.state = 'running' OR p.state <> 'gone'))`;

const overRow = z.object({ over: z.number() });

/** Whether nobody works on a run any more, nor may go on with it: it is completed or stopped, and what it ran is gone. */
function isOver(tx: Transaction, number: number): boolean {
  const found = tx.db.one(
    overRow,
    `SELECT r.status IN ('completed', 'stopped') AND NOT ${UNPROVEN} AS over FROM runs r WHERE r.number = ?`,
    number,
  );
  return found?.over === 1;
}

/** From here on a run is not seen any more. @throws `ESP_NOT_FOUND`; `ESP_CONFLICT` for one that is not over */
export function markRun(tx: Transaction, { run }: { run: RunRef }): void {
  const { number, status } = requireRun(tx.db, run);
  if (!isOver(tx, number)) {
    const why = status === 'completed' || status === 'stopped' ? 'a process of it may still run' : `it is ${status}`;
    throw new EspalierError('ESP_CONFLICT', `run ${run} cannot be removed: ${why}`, { context: { run, status } });
  }
  tx.db.run('UPDATE runs SET removed_at = ? WHERE number = ?', tx.now, number);
}

const runRow = z.object({ number: z.number() });

/** Marks runs that are over and have not changed for so long. Answers how many. */
export function markOldRuns(tx: Transaction, { keptMs }: { keptMs: number }): number {
  const old = tx.db.all(
    runRow,
    `SELECT number FROM runs WHERE removed_at IS NULL AND status IN ('completed', 'stopped') AND updated_at < ?
     ORDER BY updated_at LIMIT ${MOST_RUNS}`,
    tx.now - keptMs,
  );
  const over = old.filter(({ number }) => isOver(tx, number));
  for (const { number } of over) tx.db.run('UPDATE runs SET removed_at = ? WHERE number = ?', tx.now, number);
  return over.length;
}

const slotRow = z.object({ job: z.number() });

/** Removes some slots of a run that is marked, and the run itself after its last one. */
export function removeSlots(
  tx: Transaction,
  { most }: { most: number },
): { readonly slots: number; readonly runs: number; readonly more: boolean } {
  const marked = tx.db.one(runRow, 'SELECT number FROM runs WHERE removed_at IS NOT NULL ORDER BY removed_at LIMIT 1');
  if (marked === undefined) return { slots: 0, runs: 0, more: false };
  const { number } = marked;
  const slots = tx.db.all(slotRow, 'SELECT job FROM jobs WHERE run = ? ORDER BY idx LIMIT ?', number, most);
  for (const { job } of slots) {
    tx.db.run('DELETE FROM rows WHERE run = ? AND idx = (SELECT idx FROM jobs WHERE job = ?)', number, job);
    removeAttempts(tx, job);
    tx.db.run('DELETE FROM jobs WHERE job = ?', job);
  }
  if (slots.length === most) return { slots: slots.length, runs: 0, more: true };
  tx.db.run('DELETE FROM runs WHERE number = ?', number);
  return { slots: slots.length, runs: 1, more: true };
}

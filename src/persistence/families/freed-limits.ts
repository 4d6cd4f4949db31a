import type { RunId } from '../../ids.js';
import { nameRow } from '../sql/rows.js';
import type { Transaction } from '../sql/transaction.js';

/**
 * The process of an attempt that has ended is proven gone after all: it holds its limits no more. What waits for them goes on
 * with the next tick.
 */
export function freeLimits(
  tx: Transaction,
  { runId, spawnId, job }: { readonly runId: RunId; readonly spawnId: string; readonly job: number },
): void {
  const freed = tx.db.all(
    nameRow,
    `DELETE FROM limit_holders WHERE attempt IN
       (SELECT id FROM attempts WHERE job = ? AND owner = ? AND spawn_id = ? AND state <> 'running') RETURNING name`,
    job,
    runId,
    spawnId,
  );
  for (const { name } of freed) tx.db.run('UPDATE limits SET wake_at = ? WHERE name = ?', tx.now, name);
}

import { z } from 'zod';
import type { Transaction } from '../../sql/transaction.js';
import type { Batch } from './jobs.js';

/** Registrations that one batch looks at. */
const MOST = 1000;

/** A registration, by its key. */
export interface ProcessPlace {
  readonly runId: string;
  readonly spawnId: string;
}

const placeRow = z
  .object({ run_id: z.string(), spawn_id: z.string() })
  .transform(({ run_id, spawn_id }): ProcessPlace => ({ runId: run_id, spawnId: spawn_id }));

/** Removes registrations of processes that have been gone for so long; those of jobs and slots leave with them. */
export function pruneProcesses(
  tx: Transaction,
  { keptMs, after }: { keptMs: number; after: ProcessPlace },
): Batch<ProcessPlace> {
  const looked = tx.db.all(
    placeRow,
    `SELECT run_id, spawn_id FROM processes WHERE (run_id, spawn_id) > (?, ?) ORDER BY run_id, spawn_id LIMIT ${MOST}`,
    after.runId,
    after.spawnId,
  );
  const last = looked.at(-1);
  if (last === undefined) return { removed: 0, next: null };
  const removed = tx.db.run(
    `DELETE FROM processes WHERE (run_id, spawn_id) > (?, ?) AND (run_id, spawn_id) <= (?, ?)
       AND state = 'gone' AND job IS NULL AND at < ?`,
    ...[after.runId, after.spawnId, last.runId, last.spawnId, tx.now - keptMs],
  );
  return { removed, next: looked.length === MOST ? last : null };
}

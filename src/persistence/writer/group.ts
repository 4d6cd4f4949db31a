import type { StandingFiles } from '../file/standing-files.js';
import type { EventRow } from '../forms/event.js';
import type { Connection } from '../sql/connection.js';
import { storeFailure } from '../sql/failure.js';
import { Transaction, type UserOperations } from '../sql/transaction.js';
import { toWire, type WireError } from '../thread/wire-error.js';
import { type OperationCall, perform } from './operations.js';

/** What became of one operation. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WireError };

/** What became of a group: one outcome per call, in order, and what was journalled, in `seq` order. */
export interface GroupAnswer {
  readonly outcomes: readonly Outcome[];
  readonly events: readonly EventRow[];
}

/**
 * Runs operations as one transaction: one commit, and so one wait for the disk, for all of them. One that throws takes back
 * nothing but itself. If the commit fails, all fail and nothing was journalled. Nothing is acknowledged once the store's files
 * do not stand any more.
 */
export function runGroup(
  db: Connection,
  calls: readonly OperationCall[],
  now: number,
  file: string,
  files: Pick<StandingFiles, 'look'> = { look: () => null },
  operations?: UserOperations,
): GroupAnswer {
  try {
    mustStand(files);
    const begin = () => new Transaction(db, now, operations);
    const answer = runWhole(db, calls, begin) ?? runApart(db, calls, begin, file);
    // Removed meanwhile, it holds what nobody will ever see.
    mustStand(files);
    return answer;
  } catch (error) {
    db.rollback();
    const failure: Outcome = { ok: false, error: toWire(storeFailure(error, file)) };
    return { outcomes: calls.map(() => failure), events: [] };
  }
}

function mustStand(files: Pick<StandingFiles, 'look'>): void {
  const moved = files.look();
  if (moved !== null) throw moved;
}

/** Nearly always all succeed, and nothing has to be kept for taking one back. Null when one did not: nothing is changed. */
function runWhole(db: Connection, calls: readonly OperationCall[], begin: () => Transaction): GroupAnswer | null {
  db.begin();
  const tx = begin();
  const outcomes: Outcome[] = [];
  try {
    for (const call of calls) outcomes.push({ ok: true, value: perform(tx, call) });
  } catch {
    // Run apart, it says what it has to say once more.
    db.rollback();
    return null;
  }
  db.commit();
  return { outcomes, events: tx.events };
}

/** Each with a savepoint of its own, for which SQLite copies every page that is about to change. */
function runApart(
  db: Connection,
  calls: readonly OperationCall[],
  begin: () => Transaction,
  file: string,
): GroupAnswer {
  db.begin();
  const tx = begin();
  const outcomes = calls.map((call) => runOne(tx, call, file));
  if (outcomes.some(({ ok }) => ok)) db.commit();
  else db.rollback();
  return { outcomes, events: tx.events };
}

function runOne(tx: Transaction, call: OperationCall, file: string): Outcome {
  const events = tx.events.length;
  tx.db.savepoint();
  try {
    const value = perform(tx, call);
    tx.db.release();
    return { ok: true, value };
  } catch (error) {
    // SQLite itself ends the transaction when, for instance, the disk is full: then the whole group is lost.
    if (!tx.db.inTransaction) throw error;
    tx.db.rollbackToSavepoint();
    tx.undo(events);
    return { ok: false, error: toWire(storeFailure(error, file)) };
  }
}

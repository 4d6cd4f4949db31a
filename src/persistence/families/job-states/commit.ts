import { messageOf } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { Transaction } from '../../sql/transaction.js';
import type { FinishedJobText } from './finished.js';
import type { JobRow } from './records.js';

/**
 * Runs the user's operation that goes with the success of a job, in the transaction that records it: both are kept, or neither.
 * When it throws, what it has done is undone, and the attempt has failed.
 */
export function withCommit(tx: Transaction, owner: RunId, job: JobRow, attempt: FinishedJobText): FinishedJobText {
  const { commit } = job.policy;
  if (commit === null || attempt.how !== 'succeeded' || job.wanted !== null) return attempt;
  const { operation } = commit;
  const events = tx.events.length;
  tx.db.savepoint();
  try {
    const args = JSON.stringify(commit.args ?? null);
    tx.operations.call(tx, { operation, args, by: owner, job: { jobId: job.jobId, result: attempt.result } });
    tx.db.release();
    return attempt;
  } catch (error) {
    // SQLite itself has ended the transaction: nothing of it is kept, and that is told.
    if (!tx.db.inTransaction) throw error;
    tx.db.rollbackToSavepoint();
    tx.undo(events);
    const message = `operation ${operation}: ${messageOf(error)}`;
    return { ...attempt, how: 'failed', result: null, error: JSON.stringify({ code: 'ESP_COMMIT', message }) };
  }
}

import type { Transaction, UserCall } from '../../sql/transaction.js';

/** What it has done is undone with the operation, if it throws. */
function callOperation(tx: Transaction, call: Omit<UserCall, 'job'>): string {
  if (call.by !== '') tx.requireLive(call.by);
  return tx.operations.call(tx, { ...call, job: null });
}

/** What is called of the user's own operations, by name. */
export const userOperationWrites = { 'operations.call': callOperation };

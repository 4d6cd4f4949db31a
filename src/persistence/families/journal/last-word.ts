import type { RunId } from '../../../ids.js';
import type { NewJournalEvent } from '../../../machines/events.js';
import { Connection } from '../../sql/connection.js';
import { openDatabase } from '../../sql/load.js';
import { Transaction } from '../../sql/transaction.js';

/** How long a process that ends waits for the store's lock, in milliseconds: its writer may hold it at this moment. */
const LOCK_MS = 500;

/**
 * Journals one event of a host at once, from a process that is about to end: its writer thread will not answer any more. A
 * best effort: false when it could not be written.
 *
 * @param file of a store that this process has open for writing
 */
export function writeLastWord(file: string, runId: RunId, event: NewJournalEvent, now: number): boolean {
  let db: Connection | undefined;
  try {
    db = new Connection(openDatabase(file, { fileMustExist: true, timeout: LOCK_MS }), LOCK_MS);
    db.begin();
    const transaction = new Transaction(db, now);
    transaction.requireLive(runId);
    transaction.journal(runId, event);
    db.commit();
    return true;
  } catch {
    // Whoever looks later finds a host that died without a word, as before; nothing may hide why this process ends.
    return false;
  } finally {
    db?.close();
  }
}

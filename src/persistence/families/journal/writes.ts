import type { RunId } from '../../../ids.js';
import type { EventText } from '../../forms/event.js';
import type { Transaction } from '../../sql/transaction.js';
import { journalHead } from './batch.js';

function appendEvents(tx: Transaction, args: { runId: RunId; events: readonly EventText[] }): number {
  tx.requireLive(args.runId);
  let last = 0;
  for (const event of args.events) last = tx.journalText(args.runId, event);
  return last === 0 ? journalHead(tx.db) : last;
}

/** What is written of the journal, by name. */
export const journalWrites = { 'journal.append': appendEvents };

import type { Connection } from '../../sql/connection.js';
import { eventsAbout } from './about.js';
import { eventBatch, journalHead } from './batch.js';
import { journalFloor } from './floor.js';
import { newsSince } from './topics.js';

/** What is read of the journal, by name. */
export const journalReads = {
  'journal.batch': eventBatch,
  'journal.about': eventsAbout,
  'journal.news': newsSince,
  'journal.floor': (db: Connection, _args: null) => journalFloor(db),
  'journal.head': (db: Connection, _args: null) => journalHead(db),
};

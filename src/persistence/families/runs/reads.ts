import type { Connection } from '../../sql/connection.js';
import { runDigest } from './digest.js';
import { finishedSlots, planRun } from './plan.js';
import { findRun, listRuns } from './records.js';
import { committedRows, endedSlots, slotRows } from './rows.js';
import { runOutlook, slotStory } from './story.js';

/** What is read of runs, by name. */
export const runReads = {
  'runs.get': findRun,
  'runs.slot': slotStory,
  'runs.outlook': runOutlook,
  'runs.list': (db: Connection, _args: null) => listRuns(db),
  'runs.plan': planRun,
  'runs.finished': finishedSlots,
  'runs.committed': committedRows,
  'runs.ended': endedSlots,
  'runs.rows': slotRows,
  'runs.digest': runDigest,
};

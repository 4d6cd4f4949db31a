import { pruneJobs } from './jobs.js';
import { pruneJournal } from './journal.js';
import { pruneProcesses } from './processes.js';
import { markOldRuns, markRun, removeSlots } from './runs.js';
import { giveBack } from './space.js';

/** What leaves the store, by name. Each is a batch that holds the writer for some milliseconds. */
export const retentionWrites = {
  'retention.jobs': pruneJobs,
  'retention.journal': pruneJournal,
  'retention.processes': pruneProcesses,
  'retention.markRun': markRun,
  'retention.markOldRuns': markOldRuns,
  'retention.slots': removeSlots,
  'retention.space': giveBack,
};

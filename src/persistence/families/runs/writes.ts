import { acquireRun, addSlots, createRun, setRunStatus, startRun, wishRun } from './changes.js';
import { commitSlots, reopenFailed } from './commit.js';

/** What is written of runs, by name. */
export const runWrites = {
  'runs.create': createRun,
  'runs.addSlots': addSlots,
  'runs.start': startRun,
  'runs.acquire': acquireRun,
  'runs.reopenFailed': reopenFailed,
  'runs.commit': commitSlots,
  'runs.setStatus': setRunStatus,
  'runs.wish': wishRun,
};

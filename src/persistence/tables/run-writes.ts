import { acquireRun, addSlots, createRun, setRunStatus, startRun, wishRun } from './run-changes.js';
import { commitSlots, reopenFailed } from './slot-changes.js';

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

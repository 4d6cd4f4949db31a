import { spend } from '../job-states/budgets.js';
import { finishJob } from '../job-states/finish.js';
import { setLimit } from '../job-states/limits.js';
import { releaseJobs } from '../job-states/loss.js';
import { claimJobs } from './claim.js';
import { leaveQueue, pauseQueue, resumeQueue, serveQueue } from './queues.js';
import { retryJob } from './retry.js';
import { submitJobs } from './submit.js';
import { tickJobs } from './timers.js';
import { cancelJob, prioritiseJob, setBudget } from './wishes.js';

/** What is written of jobs that need no run, by name. */
export const jobWrites = {
  'jobs.submit': submitJobs,
  'jobs.claim': claimJobs,
  'jobs.release': releaseJobs,
  'jobs.finish': finishJob,
  'jobs.cancel': cancelJob,
  'jobs.retry': retryJob,
  'jobs.prioritise': prioritiseJob,
  'jobs.spend': spend,
  'jobs.setBudget': setBudget,
  'jobs.tick': tickJobs,
  'queues.serve': serveQueue,
  'queues.leave': leaveQueue,
  'queues.pause': pauseQueue,
  'queues.resume': resumeQueue,
  'limits.set': setLimit,
};

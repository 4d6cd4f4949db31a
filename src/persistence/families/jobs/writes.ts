import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { type JobId, jobName } from '../../../machines/ids/job-id.js';
import { isDuplicate } from '../../sql/failure.js';
import type { Transaction } from '../../sql/transaction.js';

/** Adds a job that belongs to no run; its input is JSON text. */
function addJob(tx: Transaction, job: { owner: RunId; jobId: JobId; input: string }): void {
  tx.requireLive(job.owner);
  if (jobName(job.jobId).kind !== 'job') {
    throw new EspalierError('ESP_INVALID', `${job.jobId} is a slot: it comes with its run`);
  }
  try {
    tx.db.run(`INSERT INTO jobs (id, state, input) VALUES (?, 'queued', ?)`, job.jobId, job.input);
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `a job ${job.jobId} exists already`, { cause });
  }
}

/** What is written of jobs that need no run, by name. */
export const jobWrites = { 'jobs.add': addJob };

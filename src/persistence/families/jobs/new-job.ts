import type { NewJob, SubmittedJob } from '../../contract/jobs.js';
import { toJson } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { keyDigest } from './keys.js';
import { type NewJobText, submitJobs } from './submit.js';

/** Submits jobs from within a transaction, as `JobStore.submit` does. */
export function submitSpecs(tx: Transaction, by: Actor, jobs: readonly NewJob[]): readonly SubmittedJob[] {
  return submitJobs(tx, { by, jobs: jobs.map(newJobText) });
}

/** A job with its values as JSON text. */
export function newJobText({ input, meta, key, ...rest }: NewJob): NewJobText {
  const text = toJson(input, `the input of ${rest.jobId}`);
  return {
    ...rest,
    input: text,
    meta: meta === undefined || meta === null ? null : toJson(meta, `the meta of ${rest.jobId}`),
    key: key && { ...key, digest: keyDigest(rest.method, text) },
  };
}

import type { NewJob, SubmittedJob } from '../../contract/jobs.js';
import { payload } from '../../sql/payload.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { keyDigest } from './keys.js';
import { type NewJobText, submitJobs } from './submit.js';

/** Submits jobs from within a transaction, as `JobStore.submit` does. */
export function submitSpecs(
  tx: Transaction,
  by: Actor,
  jobs: readonly NewJob[],
  maxPayload: number,
): readonly SubmittedJob[] {
  return submitJobs(tx, { by, jobs: jobs.map((job) => newJobText(job, maxPayload)) });
}

/** A job with its values as JSON text. @throws EspalierError `ESP_PAYLOAD` for one that is too large */
export function newJobText({ input, meta, key, ...rest }: NewJob, maxPayload: number): NewJobText {
  const text = payload(input, `the input of ${rest.jobId}`, maxPayload);
  const { commit } = rest.policy;
  if (commit !== null) payload(commit.args ?? null, `the arguments of operation ${commit.operation}`, maxPayload);
  return {
    ...rest,
    input: text,
    meta: meta === undefined || meta === null ? null : payload(meta, `the meta of ${rest.jobId}`, maxPayload),
    key: key && { ...key, digest: keyDigest(rest.method, text) },
  };
}

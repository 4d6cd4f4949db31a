import type { JobStore, SubmittedJob } from '../../persistence/store.js';
import { type JobSpec, newJobs, type SpecContext } from './spec.js';

/** Submits jobs in one transaction, all or none, and answers for each where it was given. @throws as `JobStore.submit`; `ESP_INVALID` */
export async function submitSpecs(
  store: Pick<JobStore, 'submit'>,
  specs: readonly JobSpec[],
  context: SpecContext,
): Promise<readonly SubmittedJob[]> {
  const { jobs, ids } = newJobs(specs, context);
  const submitted = await store.submit(jobs);
  // They were put into an order of their own.
  const answers = new Map(jobs.map(({ jobId }, index) => [jobId, submitted[index]]));
  return ids.flatMap((id) => answers.get(id) ?? []);
}

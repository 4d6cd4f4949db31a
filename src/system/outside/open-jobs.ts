import { randomBytes } from 'node:crypto';
import { requireStore } from '../../host/store-access.js';
import { newJobId } from '../../machines/ids/job-id.js';
import { openStore } from '../../persistence/index.js';
import { Jobs } from '../../work/jobs/jobs.js';
import { Limits, Queues } from '../../work/jobs/queues.js';

/** The jobs of a store, with their queues and limits, as a system has them. */
export interface OpenJobs extends AsyncDisposable {
  readonly jobs: Jobs;
  readonly queues: Queues;
  readonly limits: Limits;
}

/**
 * Opens the jobs of a store that is there, from a process that is no host. What is asked here is on disk when its promise
 * resolves; the hosts of the store hear of it at once, and where none lives it waits for one. Queues go by their whole names,
 * such as `app:/embed`: there are no pools here that could be meant.
 *
 * @throws EspalierError `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 * @example
 * import { openJobs } from 'espalier';
 * await using store = await openJobs('.espalier/app.db');
 * const job = await store.jobs.submit({ queue: 'mail', method: 'send', args: { to: 'ada' }, key: 'welcome-ada' });
 * console.log(job.id);
 */
export async function openJobs(file: string): Promise<OpenJobs> {
  await requireStore(file);
  const store = await openStore(file, { mode: 'write' });
  const queue = (name: string) => name;
  // After its end the store refuses by itself.
  const requireRunning = () => undefined;
  const jobId = () => newJobId(Date.now(), randomBytes(8).toString('hex'));
  const reach = () => ({ jobs: store.jobs, queue });
  return {
    jobs: new Jobs(() => ({ store, queue, requireRunning, now: Date.now(), newJobId: jobId })),
    queues: new Queues(reach),
    limits: new Limits(reach),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

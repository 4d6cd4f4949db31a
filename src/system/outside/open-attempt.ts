import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { requireStore } from '../../host/store-access.js';
import { type AttemptRef, jobName, parseJobId } from '../../machines/ids/job-id.js';
import { openStore } from '../../persistence/index.js';
import { OwnAttempt } from '../../work/jobs/own-attempt.js';

const variables = z.object({
  ESPALIER_STORE: z.string().min(1),
  ESPALIER_JOB: z.string().min(1),
  ESPALIER_ATTEMPT: z.coerce.number().int().min(1),
  ESPALIER_EPOCH: z.coerce.number().int().min(1),
});

/** What a program's environment says of the attempt that it is. */
export interface AttemptPlace extends AttemptRef {
  /** Absolute path of the store's file. */
  readonly store: string;
}

/** The attempt of a job that this process belongs to, by its environment; null when it belongs to none. */
export function attemptPlace(env: NodeJS.ProcessEnv = process.env): AttemptPlace | null {
  const found = variables.safeParse(env);
  if (!found.success) return null;
  const { ESPALIER_STORE: store, ESPALIER_JOB: job, ESPALIER_ATTEMPT: attempt, ESPALIER_EPOCH: epoch } = found.data;
  const jobId = parseJobId(job);
  return jobName(jobId).kind === 'slot' ? null : { jobId, attempt, epoch, store };
}

/**
 * The attempt of a job that this program is, found by its environment: programs of pools of any system are told.
 *
 * @throws EspalierError `ESP_INVALID` in a program that is none, `ESP_STORE_…`
 * @example
 * import { openAttempt } from 'espalier';
 * await using attempt = await openAttempt();
 * const { answers, checkpoint } = await attempt.context();
 */
export async function openAttempt(env: NodeJS.ProcessEnv = process.env): Promise<OwnAttempt & AsyncDisposable> {
  const place = attemptPlace(env);
  if (place === null) {
    throw new EspalierError(
      'ESP_INVALID',
      'this program is no attempt of a job: ESPALIER_JOB and ESPALIER_STORE say none',
    );
  }
  const { store: file, jobId, attempt, epoch } = place;
  await requireStore(file);
  const store = await openStore(file, { mode: 'write' });
  return Object.assign(new OwnAttempt(store, { jobId, attempt, epoch }), {
    [Symbol.asyncDispose]: () => store.close(),
  });
}

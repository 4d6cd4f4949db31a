import { type AttemptPlace, attemptPlace, EspalierError, type OwnAttempt, openAttempt } from '../../index.js';

/** The attempt that this command runs in, if it is one of a job in this store. */
export function ownPlace(db: string): AttemptPlace | null {
  const place = attemptPlace();
  return place?.store === db ? place : null;
}

/**
 * Opens the attempt that this command runs in, for as long as `use` takes.
 *
 * @throws EspalierError `ESP_INVALID` outside of one
 */
export async function withOwnAttempt<T>(what: string, use: (attempt: OwnAttempt) => Promise<T>): Promise<T> {
  if (attemptPlace() === null) {
    const message = `"espalier ${what}" is for programs of jobs: ESPALIER_JOB and ESPALIER_STORE name none here`;
    throw new EspalierError('ESP_INVALID', message);
  }
  await using attempt = await openAttempt();
  return await use(attempt);
}

import { EspalierError } from '../errors.js';
import { SUSPENDED } from '../transport/protocol/job-names.js';

/**
 * Thrown in a method whose attempt ends here to wait, by `ctx.waitFor` and by `ctx.ask` with `suspend`. It is no failure: let it
 * pass. The method is called again once there is what it waits for.
 *
 * @example
 * import { Suspension } from 'espalier/worker';
 * try {
 *   await ctx.waitFor(await ctx.submit(halves));
 * } catch (error) {
 *   if (error instanceof Suspension) throw error;
 * }
 */
export class Suspension extends Error {
  override readonly name = 'Suspension';
  readonly code = SUSPENDED;
}

/** What needs a job was wanted in a call that is none. */
export function noJob(what: string, run: string | undefined): EspalierError {
  const is = run === undefined ? 'this call is no attempt of one' : `a slot of a run (${run}) is none`;
  return new EspalierError('ESP_INVALID', `${what} needs a job: ${is}`);
}

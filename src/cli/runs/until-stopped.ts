import type { System } from '../../index.js';
import { EXIT_FAILED, EXIT_OK, report } from '../print/report.js';

/**
 * The exit code of what is done with a system, which is stopped afterwards. A stop that fails is told, and takes the place
 * of success alone: whatever else came of the work says more.
 */
export async function untilStopped(
  system: Pick<System, 'stop'>,
  debug: boolean,
  work: () => Promise<number>,
): Promise<number> {
  let stopFailed = false;
  const stop = () =>
    system.stop().catch((error: unknown) => {
      stopFailed = true;
      report(error, debug);
    });
  const code = await work().finally(stop);
  return stopFailed && code === EXIT_OK ? EXIT_FAILED : code;
}

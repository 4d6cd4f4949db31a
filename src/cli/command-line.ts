import { EspalierError, toErrorRecord } from '../errors.js';
import { Output } from './print/output.js';
import { EXIT_FAILED, exitCodeOf, report } from './print/report.js';
import { createProgram } from './program.js';

/**
 * Runs one command line. Its end is `process.exitCode`; what kept it from starting, or its output from arriving, is told on
 * standard error.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    report(error, args.includes('--debug'));
    process.exitCode = exitCodeOf(error);
  }
  const failure = await Output.unwritten();
  if (failure === null) return;
  report(unwritten(failure), args.includes('--debug'));
  process.exitCode = EXIT_FAILED;
}

function unwritten(cause: unknown): EspalierError {
  const { message } = toErrorRecord(cause);
  return new EspalierError('ESP_PLATFORM', `not all of the output could be written: ${message}`, { cause });
}

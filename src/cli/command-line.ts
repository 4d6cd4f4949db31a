import { createProgram } from './program.js';
import { exitCodeOf, report } from './report.js';

/** Runs one command line. Its end is `process.exitCode`; what kept it from starting is told on standard error. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    report(error, args.includes('--debug'));
    process.exitCode = exitCodeOf(error);
  }
}

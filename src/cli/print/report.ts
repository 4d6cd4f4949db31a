import { CommanderError } from 'commander';
import { isEspalierError } from '../../index.js';
import { tell } from './diagnostics.js';
import { printable } from './table.js';

/** All succeeded. */
export const EXIT_OK = 0;
/** Some slots did not succeed, or something failed after the start. */
export const EXIT_FAILED = 1;
/** Bad usage or input; nothing was started. */
const EXIT_USAGE = 2;
/** Ended before its end: by a signal, by another process, or because nobody reads standard output. */
export const EXIT_INTERRUPTED = 130;

/** Says on standard error what went wrong; with `debug` also where, causes included. */
export function report(error: unknown, debug: boolean): void {
  // Commander has said its own already.
  if (!(error instanceof CommanderError)) tell(`espalier: ${describe(error)}\n`);
  if (!debug) return;
  for (let cause = error; cause instanceof Error; cause = cause.cause) tell(`${cause.stack}\n`);
}

/** The exit code for an error thrown before anything was started. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT_OK;
  return error instanceof CommanderError || isEspalierError(error) ? EXIT_USAGE : EXIT_FAILED;
}

function describe(error: unknown): string {
  if (isEspalierError(error)) return `${printable(error.message)} (${error.code})`;
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected error: ${printable(message)}; --debug shows where it came from`;
}

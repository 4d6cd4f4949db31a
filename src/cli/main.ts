#!/usr/bin/env node
import { codeOf } from '../errors.js';
import { tell } from './print/diagnostics.js';

/** Nothing was started. */
const EXIT_USAGE = 2;

// Loaded at need: where too few files may be open even for that, a sentence says so in place of a stack.
try {
  const { runCommandLine } = await import('./command-line.js');
  await runCommandLine(process.argv.slice(2));
} catch (error) {
  const code = codeOf(error);
  if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
  tell(`espalier: too few files may be open here to load the program (${code}); raise the limit, see ulimit -n\n`);
  process.exitCode = EXIT_USAGE;
}

#!/usr/bin/env node
import { createProgram } from './program.js';
import { exitCodeOf, report } from './report.js';

const args = process.argv.slice(2);
try {
  await createProgram().parseAsync(args, { from: 'user' });
} catch (error) {
  report(error, args.includes('--debug'));
  process.exitCode = exitCodeOf(error);
}

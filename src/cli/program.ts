import { Command } from 'commander';
import { VERSION } from '../index.js';
import { addContinue } from './commands/continue.js';
import { addDoctor } from './commands/doctor.js';
import { addEvents } from './commands/events.js';
import { addInspect } from './commands/inspect.js';
import { addJanitor } from './commands/janitor.js';
import { addAnswer } from './commands/jobs/answer.js';
import { addAsk } from './commands/jobs/ask.js';
import { addCancel } from './commands/jobs/cancel.js';
import { addContext } from './commands/jobs/context.js';
import { addJob } from './commands/jobs/job.js';
import { addJobs } from './commands/jobs/jobs.js';
import { addLimits } from './commands/jobs/limits.js';
import { addPrioritise } from './commands/jobs/prioritise.js';
import { addQueue, addQueues } from './commands/jobs/queues.js';
import { addRetry } from './commands/jobs/retry.js';
import { addSubmit } from './commands/jobs/submit.js';
import { addLogs } from './commands/logs.js';
import { addPauseAndStop } from './commands/pause-stop.js';
import { addPs } from './commands/ps.js';
import { addRows } from './commands/rows.js';
import { addRun } from './commands/run.js';
import { addRuns } from './commands/runs.js';
import { addShow } from './commands/show.js';
import { addPrune } from './commands/store/prune.js';
import { addBackup, addStore } from './commands/store/store.js';
import { addTree } from './commands/tree.js';
import { addWhy } from './commands/why.js';
import { tell } from './print/diagnostics.js';
import { Output } from './print/output.js';
import { addSchedules } from './schedules/command.js';

/** The command line as a whole. Its actions set `process.exitCode` and throw what kept them from starting. */
export function createProgram(): Command {
  const program = new Command('espalier')
    .description('Durable, ordered, resumable parallel work, and a look at what runs.')
    .version(VERSION, '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void Output.of(process.stdout).write(text),
      writeErr: tell,
      outputError: (text, write) => write(text.replace(/^error: /, 'espalier: ')),
    })
    .showSuggestionAfterError(true);
  for (const add of [addRun, addContinue, addRuns, addShow, addRows, addLogs, addPauseAndStop]) add(program);
  for (const add of [addAsk, addAnswer, addContext]) add(program);
  for (const add of [addSubmit, addJobs, addJob, addCancel, addRetry, addPrioritise, addQueues, addQueue, addLimits])
    add(program);
  for (const add of [addSchedules, addTree, addPs, addInspect, addWhy, addEvents, addJanitor, addDoctor]) add(program);
  for (const add of [addPrune, addStore, addBackup]) add(program);
  program
    .command('version')
    .description('print the version')
    .action(async () => {
      await Output.of(process.stdout).line(VERSION);
    });
  return program;
}

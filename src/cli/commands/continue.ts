import type { Command } from 'commander';
import { z } from 'zod';
import { askRun, createSystem, type RunRecord, type RunRef } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import {
  checkPort,
  goOnWith,
  inspectable,
  inspectSchema,
  noRun,
  onStore,
  shared,
  sharing,
  storeModeSchema,
  withReader,
} from '../options/options.js';
import { tell } from '../print/diagnostics.js';
import { formatCounts } from '../print/progress.js';
import { drive, exitCode } from '../runs/drive.js';
import { follow } from '../runs/follow.js';
import { checkOrigin, originOf, poolOf } from '../runs/origin.js';
import { printRows } from '../runs/rows.js';
import { untilStopped } from '../runs/until-stopped.js';
import { untilServed } from '../runs/work.js';

const optionsSchema = z.object({
  all: z.boolean().default(false),
  retryFailed: z.boolean().default(false),
  quiet: z.boolean().default(false),
  inspect: inspectSchema,
  storeMode: storeModeSchema,
  db: knownStore,
  debug: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier continue`: goes on with a run that was paused, stopped, or whose host died. */
export function addContinue(program: Command): void {
  inspectable(shared(onStore(program.command('continue <run>').description('go on with a run where it was left'))))
    .option('--all', 'print all rows, also those committed before')
    .option('--retry-failed', 'run again what failed, timed out or was cancelled')
    .option('--quiet', 'no progress, no summary')
    .action(async (run: RunRef, raw: unknown) => {
      process.exitCode = await goOn(run, optionsSchema.parse(raw));
    });
}

async function goOn(run: RunRef, options: Options): Promise<number> {
  const record = await find(run, options.db);
  if (isOver(record, options)) {
    if (options.all) await withReader(options.db, (reader) => printRows(reader, run));
    if (!options.quiet) tell(`${over(record)}\n`);
    return exitCode(record);
  }
  const followed = record.status === 'paused' && !options.retryFailed ? await resumeElsewhere(run, options) : null;
  return followed ? exitCode(followed) : await takeOver(record, options);
}

async function find(run: RunRef, db: string): Promise<RunRecord> {
  const record = await withReader(db, (reader) => reader.runs.get(run));
  if (record) return record;
  throw noRun(run, db);
}

function isOver({ status, counts }: RunRecord, { retryFailed }: Options): boolean {
  const again = retryFailed && counts.failed + counts.timed_out + counts.cancelled > 0;
  return status === 'completed' && !again;
}

/** Without a word an exit code of 1 would look like a command that did not work. */
function over({ run, counts }: RunRecord): string {
  const isWhole = counts.failed + counts.timed_out + counts.cancelled === 0;
  const again = isWhole ? '' : '; --retry-failed runs again what did not succeed';
  return `run ${run} was completed before: ${formatCounts(counts).join(', ') || 'no slots'}${again}`;
}

/** A living host that holds the paused run is told to go on, and its rows are read from the store. */
async function resumeElsewhere(run: RunRef, { db, all }: Options): Promise<RunRecord | null> {
  const from = all ? 'start' : 'here';
  return await withReader(db, (reader) => follow(reader, run, from, () => askRun(db, run, 'resume')));
}

async function takeOver(record: RunRecord, options: Options): Promise<number> {
  const { run } = record;
  const origin = originOf(record);
  checkOrigin(origin);
  const children = [poolOf(origin, record.policy.concurrency)];
  await checkPort(options.inspect);
  const system = await createSystem({
    name: 'cli',
    // It is there for its run alone.
    serveJobs: false,
    store: options.db,
    children,
    ...options.inspect,
    ...sharing(options),
  });
  return await untilStopped(system, options.debug, async () => {
    const { method } = record.policy;
    await untilServed(system, method === undefined ? { origin } : { origin, method });
    const continued = await system.runs.continue(run, { retryFailed: options.retryFailed });
    const inspector = system.inspector?.url;
    const from = options.all ? 'start' : 'here';
    return await drive(continued, { ...options, inspector, from, goOn: goOnWith(run, options.db) });
  });
}

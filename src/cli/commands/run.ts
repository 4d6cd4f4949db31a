import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { createSystem } from '../../index.js';
import { newStore } from '../options/find-store.js';
import {
  checkPort,
  goOnWith,
  inspectable,
  inspectSchema,
  onStore,
  shared,
  sharing,
  storeModeSchema,
} from '../options/options.js';
import { label, wholeNumber } from '../options/parse.js';
import { drive } from '../runs/drive.js';
import { readInput } from '../runs/input.js';
import { checkOrigin, poolId, poolOf } from '../runs/origin.js';
import { untilStopped } from '../runs/until-stopped.js';
import { untilServed, workOf } from '../runs/work.js';

const optionsSchema = z.object({
  exec: z.string().optional(),
  worker: z.string().optional(),
  method: z.string().optional(),
  input: z.string(),
  jobs: z.number(),
  retries: z.number(),
  timeout: z.number().optional(),
  onLost: z.enum(['retry', 'fail']),
  failFast: z.boolean().default(false),
  unordered: z.boolean().default(false),
  shell: z.boolean().default(false),
  name: z.string().optional(),
  quiet: z.boolean().default(false),
  inspect: inspectSchema,
  storeMode: storeModeSchema,
  db: newStore,
  debug: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier run`: one process, or one call of a worker, per line of input; results in the order of the lines. */
export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('run a command, or call a worker, once per line of input, in parallel and durably');
  inspectable(shared(onStore(command)))
    .option('--exec <cmd>', 'the command: {} is the line, {#} its index, {.name} a field of a JSON line')
    .option('--worker <cmd>', 'a worker that stays; each line is a JSON argument of a call')
    .option('--method <name>', 'what the worker is called with')
    .requiredOption('--input <file>', 'one input per line; - is standard input')
    .option('--jobs <n>', 'processes at once', wholeNumber(1, 1024), availableParallelism())
    .option('--retries <n>', 'extra attempts for what failed or timed out', wholeNumber(0, 1000), 0)
    .option('--timeout <ms>', 'limit of an attempt, from its spawn or call', wholeNumber(1))
    .addOption(
      new Option('--on-lost <what>', 'when the host, or a worker, dies in a slot')
        .choices(['retry', 'fail'])
        .default('retry'),
    )
    .option('--fail-fast', 'stop at the first committed failure')
    .option('--unordered', 'print rows as they finish')
    .option('--shell', 'run the command with sh -c')
    .option('--name <label>', 'a name for people', label(200))
    .option('--quiet', 'no progress, no summary')
    .action(async (raw: unknown) => {
      process.exitCode = await run(optionsSchema.parse(raw));
    });
}

async function run(options: Options): Promise<number> {
  const work = workOf(options);
  const { origin, method } = work;
  checkOrigin(origin);
  const slots = work.slots(await readInput(options.input));
  await checkPort(options.inspect);
  const system = await createSystem({
    name: 'cli',
    // It is there for its run alone.
    serveJobs: false,
    store: options.db,
    children: [poolOf(origin, options.jobs)],
    ...options.inspect,
    ...sharing(options),
  });
  return await untilStopped(system, options.debug, async () => {
    await untilServed(system, work);
    const started = await system.runs.start({
      slots,
      pool: poolId(origin),
      ...(method === undefined ? {} : { method }),
      concurrency: options.jobs,
      retries: options.retries,
      timeoutMs: options.timeout ?? null,
      onLost: options.onLost,
      failFast: options.failFast,
      name: options.name ?? null,
      origin,
    });
    const inspector = system.inspector?.url;
    return await drive(started, { ...options, inspector, from: 'start', goOn: goOnWith(started.id, options.db) });
  });
}

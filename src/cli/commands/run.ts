import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { compileTemplate, createSystem, EspalierError, isEspalierError, shellWords, splitWords } from '../../index.js';
import { workingFolder } from '../../working-folder.js';
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
import { type InputLine, readInput } from '../runs/input.js';
import { checkOrigin, type Origin, POOL, poolOf } from '../runs/origin.js';

const optionsSchema = z.object({
  exec: z.string(),
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

/** `espalier run`: one process per line of input, results in the order of the lines. */
export function addRun(program: Command): void {
  const command = program.command('run').description('run a command once per line of input, in parallel and durably');
  inspectable(shared(onStore(command)))
    .requiredOption('--exec <cmd>', 'the command: {} is the line, {#} its index, {.name} a field of a JSON line')
    .requiredOption('--input <file>', 'one input per line; - is standard input')
    .option('--jobs <n>', 'processes at once', wholeNumber(1, 1024), availableParallelism())
    .option('--retries <n>', 'extra attempts for what failed or timed out', wholeNumber(0, 1000), 0)
    .option('--timeout <ms>', 'limit of an attempt, from its spawn', wholeNumber(1))
    .addOption(
      new Option('--on-lost <what>', 'when the host dies in a slot').choices(['retry', 'fail']).default('retry'),
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
  const command = options.shell ? shellWords(options.exec) : splitWords(options.exec);
  const template = compileTemplate(command);
  const origin: Origin = { kind: 'exec', command, cwd: workingFolder() };
  checkOrigin(origin);
  const lines = await readInput(options.input);
  for (const [index, line] of lines.entries()) check(template, line, index, options.input);

  await checkPort(options.inspect);
  const system = await createSystem({
    name: 'cli',
    store: options.db,
    children: [poolOf(origin, options.jobs)],
    ...options.inspect,
    ...sharing(options),
  });
  try {
    const started = await system.runs.start({
      slots: lines.map(({ text }) => text),
      pool: POOL,
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
  } finally {
    await system.stop();
  }
}

/** Every line must fit the command before any of them is run. */
function check(
  template: ReturnType<typeof compileTemplate>,
  { text, line }: InputLine,
  index: number,
  input: string,
): void {
  try {
    template.expand(text, index);
  } catch (cause) {
    if (!isEspalierError(cause)) throw cause;
    const name = input === '-' ? 'standard input' : input;
    throw new EspalierError(cause.code, `${name}: line ${line}: ${cause.message}`, { cause, context: cause.context });
  }
}

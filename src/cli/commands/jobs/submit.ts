import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type JobId, type JobSpec, readQueues, type StoreReader } from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { jobNamed, queueNamed } from '../../jobs/filter.js';
import { givenValue, takingText } from '../../jobs/input.js';
import { ownPlace } from '../../jobs/own.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withJobs } from '../../options/options.js';
import { each, instant, jsonValue, label, priority, time, wholeNumber } from '../../options/parse.js';
import { tell } from '../../print/diagnostics.js';
import { Output } from '../../print/output.js';

const several = z.array(z.string()).default([]);
const optionsSchema = z.object({
  queue: z.string(),
  method: z.string().optional(),
  key: z.string().optional(),
  keyFor: z.enum(['unfinished', 'ever']).optional(),
  priority: z.number().optional(),
  delay: z.number().optional(),
  deadline: z.number().optional(),
  after: several,
  limitKey: several,
  retries: z.number(),
  timeout: z.number().optional(),
  onLost: z.enum(['retry', 'fail']),
  meta: z.unknown().optional(),
  parent: z.string().optional(),
  onParentEnd: z.enum(['cancel', 'abandon']).optional(),
  text: z.boolean().default(false),
  db: knownStore,
  json: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier submit`: a job that waits in its queue, whether a host lives or not. */
export function addSubmit(program: Command): void {
  takingText(
    listing(program.command('submit').description('submit a job; it waits in its queue until a host serves that')),
  )
    .argument('<input>', 'JSON, or a text; - is standard input')
    .requiredOption('--queue <name>', 'the queue that it waits in', label(500))
    .option('--method <name>', 'what the workers of the queue are called with', label(500))
    .option('--key <key>', 'while there is a job of this key in the queue, that one is the answer', label(500))
    .addOption(new Option('--key-for <time>', 'when its key is free again').choices(['unfinished', 'ever']))
    .option('--priority <n>', 'the lower starts first; each step is worth a minute of waiting (0)', priority)
    .option('--delay <time>', 'not before this time has passed, as in 5m', time(0))
    .option('--deadline <when>', 'when it has to have ended: 2h, or a date', (text) => instant(text))
    .option('--after <job>', 'a job that ends before it starts; may be repeated', each)
    .option('--limit-key <name>', 'a limit that it keeps; may be repeated', each)
    .option('--retries <n>', 'extra attempts for what failed or timed out', wholeNumber(0, 1000), 0)
    .option('--timeout <time>', 'limit of an attempt', time(1))
    .addOption(
      new Option('--on-lost <what>', 'when its host or its worker dies').choices(['retry', 'fail']).default('retry'),
    )
    .option('--meta <json>', 'a value of yours that is kept with it', jsonValue)
    .option('--parent <job>', 'the job that it belongs to (in a program of a job: that job)')
    .addOption(
      new Option('--on-parent-end <what>', 'when its parent ends without success').choices(['cancel', 'abandon']),
    )
    .action(async (input: string, raw: unknown) => submit(input, optionsSchema.parse(raw)));
}

async function submit(given: string, options: Options): Promise<void> {
  // Read before the store is opened: whoever writes it may take as long as he likes.
  const input = await givenValue(given, options.text);
  await withJobs(options.db, async ({ jobs }, reader) => {
    const after = await Promise.all(options.after.map((job) => jobNamed(reader, job)));
    const queue = await queueNamed(reader, options.queue);
    const parent = options.parent === undefined ? ownPlace(options.db)?.jobId : await jobNamed(reader, options.parent);
    const spec = { ...specOf({ ...options, queue }, input, after), ...(parent !== undefined && { parent }) };
    const { id: jobId, existing } = await jobs.submit(spec);
    await Output.of(process.stdout).line(options.json ? writeJson({ jobId, existing }) : jobId);
    if (existing && !options.json) tell(`existing: it has the key ${options.key}\n`);
    for (const said of await aboutQueue(reader, queue)) tell(`${said}\n`);
  });
}

function specOf(options: Options, input: unknown, after: readonly JobId[]): JobSpec {
  const { queue, method, key, keyFor, delay, deadline, limitKey, retries, timeout, onLost, meta } = options;
  return {
    ...{ queue, input, after, limits: limitKey, onLost, retries: { attempts: retries + 1 } },
    ...(method !== undefined && { method }),
    ...(key !== undefined && { key }),
    ...(keyFor !== undefined && { keyFor }),
    ...(options.priority !== undefined && { priority: options.priority }),
    ...(delay !== undefined && { delayMs: delay }),
    ...(deadline !== undefined && { deadline }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
    ...(meta !== undefined && { meta }),
    ...(options.onParentEnd !== undefined && { onParentEnd: options.onParentEnd }),
  };
}

/** What keeps the jobs of a queue from starting, whatever they are. */
async function aboutQueue(reader: StoreReader, name: string): Promise<string[]> {
  const queue = (await readQueues(reader)).find((one) => one.queue === name);
  if (queue === undefined) return [];
  return [
    ...(queue.pausedAt === null ? [] : [`queue ${name} is paused; "espalier queue resume ${name}" goes on`]),
    ...(queue.servedBy.length > 0 ? [] : [`no living host serves queue ${name}: it waits until one does`]),
  ];
}

import { text as textOf } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type JobId, type JobSpec, readQueues, type StoreReader } from '../../../index.js';
import { readJson } from '../../../json/read.js';
import { writeJson } from '../../../json/write.js';
import { jobNamed, queueNamed } from '../../jobs/filter.js';
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
  text: z.boolean().default(false),
  db: knownStore,
  json: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier submit`: a job that waits in its queue, whether a host lives or not. */
export function addSubmit(program: Command): void {
  listing(program.command('submit').description('submit a job; it waits in its queue until a host serves that'))
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
    .option('--text', 'take the input as text, also if it is JSON')
    .action(async (input: string, raw: unknown) => submit(input, optionsSchema.parse(raw)));
}

async function submit(given: string, options: Options): Promise<void> {
  // Read before the store is opened: whoever writes it may take as long as he likes.
  const input = inputOf(given === '-' ? await textOf(process.stdin) : given, options.text);
  await withJobs(options.db, async ({ jobs }, reader) => {
    const after = await Promise.all(options.after.map((job) => jobNamed(reader, job)));
    const queue = await queueNamed(reader, options.queue);
    const { id: jobId, existing } = await jobs.submit(specOf({ ...options, queue }, input, after));
    await Output.of(process.stdout).line(options.json ? writeJson({ jobId, existing }) : jobId);
    if (existing && !options.json) tell(`existing: it has the key ${options.key}\n`);
    for (const said of await aboutQueue(reader, queue)) tell(`${said}\n`);
  });
}

/** The line break that ends a text from standard input is not part of it. */
function inputOf(given: string, isText: boolean): unknown {
  const text = given.replace(/\r?\n$/, '');
  if (isText) return text;
  try {
    return readJson(text);
  } catch {
    // Whatever is no JSON is a text.
    return text;
  }
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

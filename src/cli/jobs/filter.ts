import { type Command, Option } from 'commander';
import { z } from 'zod';
import { EspalierError, findJob, JOB_STATES, type JobFilter, type JobId, type StoreReader } from '../../index.js';
import { eachEntry } from '../options/parse.js';

/** Adds the options that say which jobs are meant. */
export function filtering(command: Command): Command {
  return command
    .addOption(new Option('--state <state...>', 'only jobs in these states').choices(JOB_STATES))
    .option('--queue <name>', 'only jobs of this queue')
    .option('--key <key>', 'only jobs of this key')
    .option('--parent <job>', 'only jobs below this one')
    .option('--meta <field=value>', 'only jobs with this entry in their meta; may be repeated', eachEntry);
}

/** What they gave. */
export const filterFields = {
  state: z.array(z.enum(JOB_STATES)).optional(),
  queue: z.string().optional(),
  key: z.string().optional(),
  parent: z.string().optional(),
  meta: z.record(z.string(), z.string()).optional(),
};

/** The filter of these options. @throws EspalierError `ESP_NOT_FOUND` for a parent that is not there */
export async function filterOf(
  reader: StoreReader,
  { state, queue, key, parent, meta }: z.infer<z.ZodObject<typeof filterFields>>,
): Promise<JobFilter> {
  return {
    ...(state !== undefined && { state }),
    ...(queue !== undefined && { queue: await queueNamed(reader, queue) }),
    ...(key !== undefined && { key }),
    ...(parent !== undefined && { parent: await jobNamed(reader, parent) }),
    ...(meta !== undefined && { meta }),
  };
}

/**
 * Refuses a command that is about one job or about those of a filter, and has neither or both.
 *
 * @throws EspalierError `ESP_INVALID`
 */
export function checkWhich(
  what: string,
  job: string | undefined,
  { state, queue, key, parent, meta }: z.infer<z.ZodObject<typeof filterFields>>,
): void {
  const filters = [state, queue, key, parent, meta].filter((one) => one !== undefined).length;
  if (job === undefined && filters > 0) return;
  if (job !== undefined && filters === 0) return;
  const which = job === undefined ? 'which jobs?' : 'either one job, or those of a filter:';
  throw new EspalierError(
    'ESP_INVALID',
    `${which} "espalier ${what} JOB", or --state, --queue, --key, --parent and --meta`,
  );
}

/** The job that a text names, be it the beginning of its id. @throws EspalierError `ESP_NOT_FOUND` */
export async function jobNamed({ jobs, file }: StoreReader, text: string): Promise<JobId> {
  const found = await findJob(jobs, text);
  if (found !== null) return found;
  const message = `no job ${text} in ${file}; "espalier jobs" lists them`;
  throw new EspalierError('ESP_NOT_FOUND', message, { context: { job: text } });
}

/**
 * The queue that a text names: one of that name, or that of the pool of that path or id, `embed` for `app:/embed`. A name that no
 * queue has is a queue all the same, in which nothing was yet.
 *
 * @throws EspalierError `ESP_INVALID` naming the queues, when several pools may be meant
 */
export async function queueNamed({ jobs }: StoreReader, text: string): Promise<string> {
  const known = (await jobs.queues()).map(({ queue }) => queue);
  if (known.includes(text)) return text;
  const path = text.startsWith('/') ? text : `/${text}`;
  const [only, ...others] = known.filter((queue) => queue.endsWith(`:${path}`));
  if (only === undefined || others.length === 0) return only ?? text;
  throw new EspalierError('ESP_INVALID', `several queues are called ${text}: ${[only, ...others].join(', ')}`);
}

import type { Command } from 'commander';
import { z } from 'zod';
import {
  type CancelledJob,
  EspalierError,
  type Job,
  type JobId,
  type JobRecord,
  type OpenJobs,
  type StoreReader,
} from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { checkWhich, filterFields, filtering, filterOf, jobNamed } from '../../jobs/filter.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withJobs } from '../../options/options.js';
import { label } from '../../options/parse.js';
import { tell } from '../../print/diagnostics.js';
import { Output } from '../../print/output.js';
import { EXIT_FAILED, EXIT_OK } from '../../print/report.js';

const optionsSchema = z.object({
  ...filterFields,
  reason: z.string().optional(),
  wait: z.boolean().default(false),
  db: knownStore,
  json: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

/** `espalier cancel`: asks for the end of a job, or of all that a filter finds. */
export function addCancel(program: Command): void {
  filtering(
    listing(program.command('cancel [job]').description('end a job, or all jobs that fit the options, in any state')),
  )
    .option('--reason <text>', 'why, for whoever looks at it later', label(500))
    .option('--wait', 'until what runs of it has ended')
    .action(async (job: string | undefined, raw: unknown) => {
      const options = optionsSchema.parse(raw);
      checkWhich('cancel', job, options);
      process.exitCode = await withJobs(options.db, async (opened, reader) =>
        job === undefined
          ? await cancelAll(opened, reader, options)
          : await cancelOne(opened, await jobNamed(reader, job), options),
      );
    });
}

async function cancelOne(opened: OpenJobs, jobId: JobId, options: Options): Promise<number> {
  const isNew = (await opened.jobs.cancel(jobId, options.reason ?? null)) > 0;
  const state = await opened.jobs.get(jobId).state();
  const became = isNew ? (state === 'cancelled' ? 'ended' : 'wanted') : 'over';
  if (became === 'over' && state !== 'cancelled') {
    const message = `job ${jobId} has ended: it is ${state}, and there is nothing to cancel`;
    throw new EspalierError('ESP_INVALID', message, { context: { job: jobId, state } });
  }
  return await conclude(opened, { jobId, became }, options);
}

async function cancelAll(opened: OpenJobs, reader: StoreReader, options: Options): Promise<number> {
  const asked: CancelledJob[] = [];
  for await (const one of opened.jobs.cancelEach(await filterOf(reader, options), options.reason ?? null))
    asked.push(one);
  let code = EXIT_OK;
  for (const one of asked) code = Math.max(code, await conclude(opened, one, options));
  if (!options.json) tell(`${asked.length} ${asked.length === 1 ? 'job' : 'jobs'}\n`);
  return code;
}

/** Says what became of it; with `--wait` once it has ended, which another end may have come before. */
async function conclude({ jobs }: OpenJobs, { jobId, became }: CancelledJob, { wait, json }: Options): Promise<number> {
  const output = Output.of(process.stdout);
  const record = wait && became === 'wanted' ? await untilEnded(jobs.get(jobId), output.closed) : null;
  await output.line(
    json ? writeJson({ jobId, became, ...(record && { state: record.state }) }) : said(jobId, became, record),
  );
  return record === null || record.state === 'cancelled' ? EXIT_OK : EXIT_FAILED;
}

/** Its record once it has ended, or as it is when nobody wants to know any more. */
async function untilEnded(job: Job, closed: AbortSignal): Promise<JobRecord> {
  try {
    return await job.wait({ signal: closed });
  } catch (error) {
    if (!closed.aborted) throw error;
    return await job.record();
  }
}

function said(jobId: JobId, became: CancelledJob['became'], record: JobRecord | null): string {
  if (record !== null) return `job ${jobId} is ${record.state}`;
  switch (became) {
    case 'ended':
      return `job ${jobId} is cancelled`;
    case 'wanted':
      return `asked the host of job ${jobId} to end it`;
    case 'over':
      return `job ${jobId} was cancelled before`;
    default:
      return became satisfies never;
  }
}

import type { Command } from 'commander';
import { z } from 'zod';
import type { RetriedJob } from '../../../index.js';
import { writeJson } from '../../../json/write.js';
import { checkWhich, filterFields, filtering, filterOf, jobNamed } from '../../jobs/filter.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withJobs } from '../../options/options.js';
import { tell } from '../../print/diagnostics.js';
import { Output } from '../../print/output.js';

const optionsSchema = z.object({ ...filterFields, db: knownStore, json: z.boolean().default(false) });

/** `espalier retry`: submits a job that has ended anew, or all that a filter finds. */
export function addRetry(program: Command): void {
  filtering(
    listing(
      program
        .command('retry [job]')
        .description('submit a job that has ended anew; by the options without --state: what failed or timed out'),
    ),
  ).action(async (job: string | undefined, raw: unknown) => {
    const { db, json, ...which } = optionsSchema.parse(raw);
    checkWhich('retry', job, which);
    await withJobs(db, async ({ jobs }, reader) => {
      if (job !== undefined) {
        const retryOf = await jobNamed(reader, job);
        const { id, existing } = await jobs.retry(retryOf);
        return await print({ jobId: id, existing, retryOf }, json);
      }
      for await (const one of jobs.retryEach(await filterOf(reader, which))) await print(one, json);
    });
  });
}

/** Its id alone stands on standard output, for whoever goes on with it. */
async function print({ jobId, existing, retryOf }: RetriedJob, json: boolean): Promise<void> {
  await Output.of(process.stdout).line(json ? writeJson({ jobId, existing, retryOf }) : jobId);
  if (existing && !json) tell(`existing: another job has the key of ${retryOf} by now\n`);
}

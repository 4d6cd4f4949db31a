import type { Command } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../../clock.js';
import type { JobRecord } from '../../../index.js';
import { aboutJob } from '../../jobs/about.js';
import { filterFields, filtering, filterOf, jobNamed } from '../../jobs/filter.js';
import { knownStore } from '../../options/find-store.js';
import { listing, withReader } from '../../options/options.js';
import { wholeNumber } from '../../options/parse.js';
import { tell } from '../../print/diagnostics.js';
import { type Listing, printListing } from '../../print/listing.js';

const optionsSchema = z.object({
  ...filterFields,
  limit: z.number(),
  db: knownStore,
  json: z.boolean().default(false),
});

const columns: Listing<JobRecord> = {
  head: ['JOB', 'STATE', 'QUEUE', 'METHOD', 'KEY', 'ATTEMPTS', 'SUBMITTED (UTC)', 'WHY'],
  cells: (job) => {
    const { jobId, state, queue, method, key, attempts, submittedAt } = job;
    return [jobId, state, queue, method ?? '', key ?? '', attempts, formatTime(submittedAt), aboutJob(job)];
  },
};

/** `espalier jobs`: the jobs of a store that belong to no run, the newest first. */
export function addJobs(program: Command): void {
  filtering(listing(program.command('jobs').description('the jobs of all queues, the newest first')))
    .option('--limit <n>', 'so many at most', wholeNumber(1, 100_000), 100)
    .action(async (raw: unknown) => {
      const { db, json, limit, ...which } = optionsSchema.parse(raw);
      const found = await withReader(db, async (reader) => {
        const { queue, key, parent } = await filterOf(reader, which);
        return await reader.jobs.list({
          ...(which.state !== undefined && { states: which.state }),
          ...(queue !== undefined && { queue }),
          ...(key !== undefined && { key }),
          ...(which.meta !== undefined && { meta: which.meta }),
          ...(parent !== undefined && { parent: await jobNamed(reader, parent) }),
          limit: limit + 1,
        });
      });
      await printListing(found.slice(0, limit), json, columns);
      if (found.length > limit) tell(`only the newest ${limit} are shown: --limit shows more\n`);
    });
}

import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError } from '../../../index.js';
import { jobNamed } from '../../jobs/filter.js';
import { knownStore } from '../../options/find-store.js';
import { onStore, withJobs } from '../../options/options.js';
import { priority } from '../../options/parse.js';
import { Output } from '../../print/output.js';

const optionsSchema = z.object({ db: knownStore });

/** `espalier prioritise`: moves a job in its queue. */
export function addPrioritise(program: Command): void {
  onStore(program.command('prioritise').description('move a job in its queue: the lower priority starts first'))
    .argument('<job>', 'its id, or the beginning of that')
    .argument('<n>', 'each step is worth a minute of waiting', priority)
    .action(async (text: string, n: number, raw: unknown) => {
      const { db } = optionsSchema.parse(raw);
      const jobId = await withJobs(db, async ({ jobs }, reader) => {
        const found = await jobNamed(reader, text);
        if (await jobs.prioritise(found, n)) return found;
        throw new EspalierError('ESP_INVALID', `job ${found} has ended: it stands in no queue`, {
          context: { job: found },
        });
      });
      await Output.of(process.stdout).line(`job ${jobId} has priority ${n}`);
    });
}

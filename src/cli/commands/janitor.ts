import type { Command } from 'commander';
import { z } from 'zod';
import { type JanitorReport, sweep } from '../../index.js';
import { type Listing, printListing } from '../listing.js';
import { listing } from '../options.js';

const optionsSchema = z.object({
  db: z.string(),
  json: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

const columns: Listing<JanitorReport['hosts'][number]> = {
  head: ['HOST', 'STATE', 'BECAUSE', 'FOUND', 'CLEAN'],
  cells: ({ runId, verdict, killed, clean }) => [
    runId,
    verdict.dead ? 'dead' : 'living',
    verdict.why,
    killed.join(' ') || '-',
    clean ? 'yes' : 'no',
  ],
};

/** `espalier janitor`: ends what dead hosts left, and says for every host what it is and what of it was found. */
export function addJanitor(program: Command): void {
  listing(program.command('janitor').description('end what dead hosts left behind; living hosts are never touched'))
    .option('--dry-run', 'only look, and say what would be ended')
    .action(async (raw: unknown) => {
      const { db, json, dryRun } = optionsSchema.parse(raw);
      const report = await sweep(db, { dryRun });
      if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else await printListing(report.hosts, false, columns);
    });
}

import type { Command } from 'commander';
import { z } from 'zod';
import { type JanitorReport, sweep } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { listing } from '../options/options.js';
import { type Listing, printListing } from '../print/listing.js';

const optionsSchema = z.object({
  db: knownStore,
  json: z.boolean().default(false),
  dryRun: z.boolean().default(false),
});

type Found = JanitorReport['hosts'][number] & {
  readonly registrations: readonly Omit<JanitorReport['registrations'][number], 'runId'>[];
};

const columns: Listing<Found> = {
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
      await printListing(byHost(await sweep(db, { dryRun })), json, columns);
    });
}

/** Each host with the registrations that it left. */
function byHost({ hosts, registrations }: JanitorReport): Found[] {
  return hosts.map((host) => ({
    ...host,
    registrations: registrations
      .filter(({ runId }) => runId === host.runId)
      .map(({ spawnId, outcome }) => ({ spawnId, outcome })),
  }));
}

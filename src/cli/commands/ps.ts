import type { Command } from 'commander';
import { z } from 'zod';
import { readProcesses, type StandingProcess } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { listing, withReader } from '../options/options.js';
import { type Listing, printListing } from '../print/listing.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

const columns: Listing<StandingProcess> = {
  head: ['PID', 'STATE', 'PATH', 'JOB', 'ATTEMPT', 'HOST', 'COMMAND'],
  cells: ({ identity, state, reason, path, jobId, attempt, runId, command }) => {
    const said = reason === null ? state : `${state}: ${reason}`;
    return [identity?.pid ?? '', said, path, jobId ?? '', attempt ?? '', runId, command.join(' ')];
  },
};

/** `espalier ps`: the processes that are registered and not proven gone; what became of those whose host died. */
export function addPs(program: Command): void {
  listing(program.command('ps').description('the processes of all hosts')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    await printListing(await withReader(db, readProcesses), json, columns);
  });
}

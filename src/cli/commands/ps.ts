import type { Command } from 'commander';
import { z } from 'zod';
import type { Registration } from '../../index.js';
import { type Listing, printListing } from '../listing.js';
import { listing, withReader } from '../options.js';

const optionsSchema = z.object({ db: z.string(), json: z.boolean().default(false) });

const columns: Listing<Registration> = {
  head: ['PID', 'STATE', 'PATH', 'JOB', 'ATTEMPT', 'HOST', 'COMMAND'],
  cells: ({ identity, state, path, jobId, attempt, runId, command }) => {
    return [identity?.pid ?? '', state, path, jobId ?? '', attempt ?? '', runId, command.join(' ')];
  },
};

/** `espalier ps`: the processes that are registered and not proven gone. */
export function addPs(program: Command): void {
  listing(program.command('ps').description('the processes of all hosts')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    await printListing(await withReader(db, (reader) => reader.processes.present()), json, columns);
  });
}

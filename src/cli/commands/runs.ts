import type { Command } from 'commander';
import { z } from 'zod';
import { type RunRecord, readRuns } from '../../index.js';
import { type Listing, printListing } from '../listing.js';
import { listing, withReader } from '../options.js';
import { formatTime } from '../table.js';

const optionsSchema = z.object({ db: z.string(), json: z.boolean().default(false) });

const columns: Listing<RunRecord> = {
  head: ['RUN', 'STATUS', 'COMMITTED', 'OF', 'FAILED', 'STARTED (UTC)', 'NAME'],
  cells: ({ run, status, counts, total, createdAt, name }) => {
    const { succeeded, ...others } = counts;
    const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
    return [run, status, succeeded + failed, total, failed, formatTime(createdAt), name ?? ''];
  },
};

/** `espalier runs`: all runs of a store, the newest first. */
export function addRuns(program: Command): void {
  listing(program.command('runs').description('all runs, the newest first')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    await printListing(await withReader(db, readRuns), json, columns);
  });
}

import type { Command } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../clock.js';
import { type RunRecord, readRuns, type StoreReader, tellHostCrash } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { listing, withReader } from '../options/options.js';
import { type Listing, printListing } from '../print/listing.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

interface ListedRun extends RunRecord {
  /** Why it was interrupted, as far as its host could still say; null otherwise. */
  readonly reason: string | null;
}

const columns: Listing<ListedRun> = {
  head: ['RUN', 'STATUS', 'COMMITTED', 'OF', 'FAILED', 'STARTED (UTC)', 'NAME', 'REASON'],
  cells: ({ run, status, counts, total, createdAt, name, reason }) => {
    const { succeeded, ...others } = counts;
    const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
    return [run, status, succeeded + failed, total, failed, formatTime(createdAt), name ?? '', short(reason ?? '')];
  },
};

/** Characters of a reason in the table; `espalier why RUN` has all of it. */
const SHOWN = 80;
const short = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** Crashes of hosts that are looked at, the newest. */
const CRASHES = 1000;

async function listRuns(reader: StoreReader): Promise<readonly ListedRun[]> {
  const runs = await readRuns(reader);
  const crashes = await reader.journal.about({ types: ['host.crashed'], limit: CRASHES });
  const reasons = new Map(
    crashes.map((event) => [
      event.runId,
      event.type === 'host.crashed' ? `its host ${tellHostCrash(event.data)}` : null,
    ]),
  );
  const reasonOf = ({ status, owner }: RunRecord) =>
    status === 'interrupted' && owner !== null ? (reasons.get(owner) ?? null) : null;
  return runs.map((run) => ({ ...run, reason: reasonOf(run) }));
}

/** `espalier runs`: all runs of a store, the newest first. */
export function addRuns(program: Command): void {
  listing(program.command('runs').description('all runs, the newest first')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    await printListing(await withReader(db, listRuns), json, columns);
  });
}

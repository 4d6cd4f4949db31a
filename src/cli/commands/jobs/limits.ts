import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, type LimitRecord } from '../../../index.js';
import { knownStore } from '../../options/find-store.js';
import { listing, onStore, withJobs, withReader } from '../../options/options.js';
import { label, rate, wholeNumber } from '../../options/parse.js';
import { type Listing, printListing } from '../../print/listing.js';
import { Output } from '../../print/output.js';
import { formatDuration } from '../../print/table.js';

const listSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

const columns: Listing<LimitRecord> = {
  head: ['LIMIT', 'AT ONCE', 'RATE', 'HELD', 'WAITING', 'HELD BY'],
  cells: ({ name, concurrency, rate: often, holders, waiting }) => {
    return [name, concurrency ?? 'any', rateText(often), holders.length, waiting, heldBy(holders)];
  },
};

/** Holders that are named. */
const NAMED = 3;

function heldBy(holders: LimitRecord['holders']): string {
  const more = holders.length > NAMED ? [`and ${holders.length - NAMED} more`] : [];
  return [...holders.slice(0, NAMED), ...more].join(', ');
}

function rateText(often: LimitRecord['rate']): string {
  if (often === null) return '';
  const { count, perMs, burst } = often;
  return `${count} in ${formatDuration(perMs)}${burst === count ? '' : `, ${burst} after a quiet time`}`;
}

/** `espalier limits`, with `set` and `unset`: what jobs that name a limit may do at once, and how often. */
export function addLimits(program: Command): void {
  const limits = program.command('limits').description('what jobs that name a limit may do at once, and how often');
  listing(
    limits.command('list', { isDefault: true }).description('the limits, who holds them, and how much waits'),
  ).action(async (raw: unknown) => {
    const { db, json } = listSchema.parse(raw);
    await printListing(await withReader(db, (reader) => reader.jobs.limits()), json, columns);
  });
  addSet(limits);
  onStore(limits.command('unset').description('take a limit away: what waits for it goes on'))
    .argument('<limit>', 'its name')
    .action(async (name: string, raw: unknown) => {
      const { db } = z.object({ db: knownStore }).parse(raw);
      await withJobs(db, async ({ limits: kept }) => {
        if ((await kept.list()).every((limit) => limit.name !== name)) {
          throw new EspalierError('ESP_NOT_FOUND', `no limit ${name}; "espalier limits" lists them`);
        }
        await kept.remove(name);
      });
      await Output.of(process.stdout).line(`limit ${name} is taken away`);
    });
}

const setSchema = z.object({
  concurrency: z.number().optional(),
  rate: z.object({ count: z.number(), perMs: z.number() }).optional(),
  burst: z.number().optional(),
  db: knownStore,
});

function addSet(limits: Command): void {
  onStore(limits.command('set').description('set a limit, in place of what it was'))
    .argument('<limit>', 'its name, by which jobs name it', label(500))
    .option('--concurrency <n>', 'attempts at once; 0 holds all back', wholeNumber(0))
    .option('--rate <n/time>', 'attempts that begin in a time, as in 2/1s', rate)
    .option('--burst <n>', 'as many may begin at once after a quiet time (those of the rate)', wholeNumber(1))
    .action(async (name: string, raw: unknown) => {
      const { db, ...given } = setSchema.parse(raw);
      const settings = settingsOf(given);
      await withJobs(db, ({ limits: kept }) => kept.set(name, settings));
      const parts = [
        ...(settings.concurrency === null ? [] : [`${settings.concurrency} at once`]),
        ...(settings.rate === null ? [] : [rateText(settings.rate)]),
      ];
      await Output.of(process.stdout).line(`limit ${name}: ${parts.join(', ')}`);
    });
}

function settingsOf({
  concurrency,
  rate: often,
  burst,
}: Omit<z.infer<typeof setSchema>, 'db'>): Pick<LimitRecord, 'concurrency' | 'rate'> {
  if (concurrency === undefined && often === undefined) {
    throw new EspalierError('ESP_INVALID', 'a limit of what? --concurrency N, --rate N/TIME, or both');
  }
  if (burst !== undefined && often === undefined) throw new EspalierError('ESP_INVALID', '--burst goes with --rate');
  return {
    concurrency: concurrency ?? null,
    rate: often === undefined ? null : { ...often, burst: burst ?? often.count },
  };
}

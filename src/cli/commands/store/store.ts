import type { Command } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../../clock.js';
import { backupStore, compactStore, type StoreSize, storeSize } from '../../../index.js';
import { byteText } from '../../../stream-text.js';
import { knownStore } from '../../options/find-store.js';
import { listing, onStore, withReader } from '../../options/options.js';
import { label } from '../../options/parse.js';
import { Output } from '../../print/output.js';
import { formatCounts } from '../../print/progress.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false), check: z.boolean().default(false) });

const EXIT_DAMAGED = 1;

/** `espalier store`, with `compact`: how large a store is, and what is in it. */
export function addStore(program: Command): void {
  const command = program.command('store').description('how large the store is, and what is in it');
  listing(command.command('show', { isDefault: true }).description('its size, and what is in it'))
    .option('--check', 'read all of it, and say whether it is sound')
    .action(show);
  onStore(command.command('compact').description('write it anew without what is free in it; no host may live')).action(
    async (raw: unknown) => {
      const { db } = z.object({ db: knownStore }).parse(raw);
      const before = await storeSize(db);
      await compactStore(db);
      const { bytes } = await storeSize(db);
      await Output.of(process.stdout).line(`${db}: ${byteText(before.bytes)} before, ${byteText(bytes)} now`);
    },
  );
}

async function show(raw: unknown): Promise<void> {
  const { db, json, check } = optionsSchema.parse(raw);
  const size = await storeSize(db);
  const found = check ? await withReader(db, (reader) => reader.check()) : null;
  const output = Output.of(process.stdout);
  if (json) await output.line(JSON.stringify({ file: db, ...size, ...(found === null ? {} : { check: found }) }));
  else for (const line of describe(db, size, found)) await output.line(line);
  if (found !== null && found !== 'ok') process.exitCode = EXIT_DAMAGED;
}

function describe(file: string, size: StoreSize, check: string | null): string[] {
  const { bytes, logBytes, freeBytes, givesBack, events, eventsSince, runs, slots, jobs, hostsAlive } = size;
  const since = eventsSince === null ? '' : `, since ${formatTime(eventsSince)} UTC`;
  const free = givesBack ? 'given back bit by bit' : 'kept for what comes; "espalier store compact" gives it back';
  return [
    `${file}, version ${size.schema}`,
    `size    ${byteText(bytes)}, its log ${byteText(logBytes)}`,
    `free    ${byteText(freeBytes)}, ${free}`,
    `jobs    ${formatCounts(jobs).join(', ') || 'none'}`,
    `runs    ${runs}, with ${slots} slots`,
    `events  ${events}${since}`,
    `hosts   ${hostsAlive} not ended`,
    ...(check === null ? [] : [`check   ${check}`]),
  ];
}

/** `espalier backup`: a copy of the store as it is now. */
export function addBackup(program: Command): void {
  onStore(program.command('backup').description('copy the store as it is now, while hosts work on it'))
    .argument('<file>', 'the copy, which must not be there yet', label(4096))
    .action(async (to: string, raw: unknown) => {
      const { db } = z.object({ db: knownStore }).parse(raw);
      await backupStore(db, to);
      const { bytes } = await storeSize(to);
      await Output.of(process.stdout).line(`${to}: ${byteText(bytes)}`);
    });
}

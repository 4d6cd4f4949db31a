import type { Command } from 'commander';
import { z } from 'zod';
import { type Pruned, pruneStore, type RunRef, removeRun } from '../../../index.js';
import { byteText } from '../../../stream-text.js';
import { knownStore } from '../../options/find-store.js';
import { listing } from '../../options/options.js';
import { time } from '../../options/parse.js';
import { Output } from '../../print/output.js';

const optionsSchema = z.object({
  succeeded: z.number().exactOptional(),
  unsuccessful: z.number().exactOptional(),
  journal: z.number().exactOptional(),
  runs: z.number().exactOptional(),
  db: knownStore,
  json: z.boolean().default(false),
});

/** `espalier prune`: lets leave the store what is over and old. */
export function addPrune(program: Command): void {
  listing(program.command('prune').description('remove what is over and old; without an option what hosts remove too'))
    .argument('[runs...]', 'these runs, however old they are')
    .option('--succeeded <age>', 'jobs that succeeded longer ago, as in 7d', time(0))
    .option('--unsuccessful <age>', 'jobs that ended otherwise longer ago', time(0))
    .option('--journal <age>', 'events and processes that are older', time(0))
    .option('--runs <age>', 'runs that were over before', time(0))
    .action(prune);
}

async function prune(named: readonly RunRef[], raw: unknown): Promise<void> {
  const { db, json, ...ages } = optionsSchema.parse(raw);
  const output = Output.of(process.stdout);
  const say = (left: Pruned, of: string) => output.line(json ? JSON.stringify(left) : `${of}${tell(left)}`);
  for (const run of named) await say(await removeRun(db, run), `${run}: `);
  const { succeeded, unsuccessful, journal, runs } = ages;
  const isAged = Object.keys(ages).length > 0;
  if (named.length > 0 && !isAged) return;
  const keep = {
    succeededMs: succeeded ?? null,
    unsuccessfulMs: unsuccessful ?? null,
    journalMs: journal ?? null,
    runsMs: runs ?? null,
  };
  await say(await (isAged ? pruneStore(db, keep) : pruneStore(db)), '');
}

function tell({ jobs, runs, slots, events, processes, bytes }: Pruned): string {
  const parts = [
    count(jobs, 'job'),
    runs + slots === 0 ? '' : `${count(runs, 'run') || '0 runs'} with ${count(slots, 'slot') || '0 slots'}`,
    count(events, 'event'),
    processes === 0 ? '' : `${count(processes, 'process', 'processes')} that ${processes === 1 ? 'is' : 'are'} gone`,
  ].filter((part) => part !== '');
  const back = bytes === 0 ? '' : `; ${byteText(bytes)} given back to the disk`;
  return parts.length === 0 ? `nothing was old enough${back}` : `${parts.join(', ')} removed${back}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return number === 0 ? '' : `${number} ${number === 1 ? one : many}`;
}

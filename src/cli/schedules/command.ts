import type { Command } from 'commander';
import { z } from 'zod';
import { EspalierError, type OccurrenceRecord, runSchedule, steerSchedule } from '../../index.js';
import { writeJson } from '../../json/write.js';
import { knownStore } from '../options/find-store.js';
import { listing, onStore, withReader } from '../options/options.js';
import { wholeNumber } from '../options/parse.js';
import { printListing } from '../print/listing.js';
import { Output } from '../print/output.js';
import { describe, occurrences, outcomeOf, schedules } from './print.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false), limit: z.number().default(20) });

const EXIT_SKIPPED = 1;

/** `espalier schedules`: what is made by a rule, what became of it, and how to steer it from any process. */
export function addSchedules(program: Command): void {
  const command = program
    .command('schedules')
    .description('what is made by a rule; without a word of its own: the list');
  listing(command.command('list', { isDefault: true }).description('all schedules')).action(async (raw: unknown) => {
    const { db, json } = optionsSchema.parse(raw);
    await printListing(await withReader(db, (reader) => reader.schedules.list()), json, schedules);
  });
  listing(command.command('show <name>').description('a schedule, and what became of its instants'))
    .option('--limit <n>', 'so many of the newest (20)', wholeNumber(1, 1000))
    .action(show);
  steering(command);
  onStore(command.command('run <name>').description('make an occurrence now, as its overlap allows')).action(run);
}

async function show(name: string, raw: unknown): Promise<void> {
  const { db, json, limit } = optionsSchema.parse(raw);
  const { schedule, history } = await withReader(db, async (reader) => {
    const found = await reader.schedules.get(name);
    if (found === null) throw noSchedule(name, db);
    return { schedule: found, history: await reader.schedules.history(name, { limit }) };
  });
  const output = Output.of(process.stdout);
  if (json) {
    await output.line(writeJson({ ...schedule, history }));
    return;
  }
  for (const line of describe(schedule)) await output.line(line);
  await output.line('');
  await printListing(history, json, occurrences);
}

const STEERING = {
  pause: { description: 'skip its instants until it is resumed', done: 'is paused', not: 'is not active' },
  resume: { description: 'let it go on; what passed is not made', done: 'goes on', not: 'is not paused' },
} as const;

function steering(command: Command): void {
  for (const what of ['pause', 'resume'] as const) {
    const { description, done, not } = STEERING[what];
    onStore(command.command(`${what} <name>`).description(description)).action(async (name: string, raw: unknown) => {
      const { db } = optionsSchema.parse(raw);
      if (!(await steerSchedule(db, name, what))) throw new EspalierError('ESP_INVALID', `schedule ${name} ${not}`);
      await Output.of(process.stdout).line(`schedule ${name} ${done}`);
    });
  }
}

async function run(name: string, raw: unknown): Promise<void> {
  const { db } = optionsSchema.parse(raw);
  const occurrence: OccurrenceRecord = await runSchedule(db, name);
  await Output.of(process.stdout).line(occurrence.jobId ?? outcomeOf(occurrence));
  if (occurrence.jobId === null) process.exitCode = EXIT_SKIPPED;
}

function noSchedule(name: string, db: string): EspalierError {
  const message = `no schedule ${JSON.stringify(name)} in ${db}; "espalier schedules" lists them`;
  return new EspalierError('ESP_NOT_FOUND', message, { context: { schedule: name } });
}

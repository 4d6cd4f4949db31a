import { type Command, Option } from 'commander';
import { z } from 'zod';
import { formatTime } from '../../clock.js';
import { EVENT_TYPES, type JournalEvent, readRedactor } from '../../index.js';
import { knownStore } from '../options/find-store.js';
import { listing, withReader } from '../options/options.js';
import { wholeNumber } from '../options/parse.js';
import { tell } from '../print/diagnostics.js';
import { Output } from '../print/output.js';
import { printable } from '../print/table.js';

const optionsSchema = z.object({
  db: knownStore,
  json: z.boolean().default(false),
  follow: z.boolean().default(false),
  after: z.number(),
  type: z.array(z.enum(EVENT_TYPES)).default([]),
});

/** `espalier events`: the journal, from a cursor on. */
export function addEvents(program: Command): void {
  listing(program.command('events').description('the journal: what happened, in order'))
    .option('--after <seq>', 'only events after this number', wholeNumber(0), 0)
    .option('--follow', 'go on as events come, until Ctrl-C')
    .addOption(new Option('--type <type...>', 'only events of these types').choices(EVENT_TYPES))
    .action(async (raw: unknown) => {
      const { db, json, follow, after, type } = optionsSchema.parse(raw);
      const output = Output.of(process.stdout);
      const types = type.length > 0 ? { types: type } : {};
      await withReader(db, async (reader) => {
        const redactor = await readRedactor(reader);
        if (!json && redactor.unknown !== null) tell(`${redactor.unknown}\n`);
        for await (const event of reader.journal.tail({ ...types, after, follow, signal: output.closed })) {
          const data = redactor.whole(event.data);
          await output.line(json ? JSON.stringify({ ...event, data }) : describe(event, data));
        }
      });
    });
}

function describe({ seq, at, type, path }: JournalEvent, data: unknown): string {
  return printable(
    `${String(seq).padStart(8)}  ${formatTime(at)}  ${type.padEnd(20)}  ${path ?? '-'}  ${JSON.stringify(data)}`,
  );
}

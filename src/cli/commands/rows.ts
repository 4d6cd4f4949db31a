import type { Command } from 'commander';
import { z } from 'zod';
import type { RunRef, SlotRow, StoreReader } from '../../index.js';
import { writeJson } from '../../json/write.js';
import { shownTexts } from '../../stream-text.js';
import { knownStore } from '../options/find-store.js';
import { listing, noRun, withReader } from '../options/options.js';
import { Output } from '../print/output.js';
import { formatDuration, printable } from '../print/table.js';
import { printRows, readRows } from '../runs/rows.js';

const optionsSchema = z.object({ db: knownStore, json: z.boolean().default(false) });

/** `espalier rows`: what a run has committed so far. */
export function addRows(program: Command): void {
  listing(program.command('rows <run>').description('the committed rows of a run')).action(
    async (run: RunRef, raw: unknown) => {
      const { db, json } = optionsSchema.parse(raw);
      await withReader(db, async (reader) => {
        if (!(await reader.runs.get(run))) throw noRun(run, db);
        await (json ? printRows(reader, run) : printForPeople(reader, run));
      });
    },
  );
}

async function printForPeople(reader: StoreReader, run: RunRef): Promise<void> {
  const output = Output.of(process.stdout);
  for await (const row of readRows(reader, run)) {
    if (output.closed.aborted) return;
    await output.line(describe(row));
  }
}

function describe(row: SlotRow): string {
  const input = typeof row.input === 'string' ? row.input : writeJson(row.input);
  const said = row.error?.message ?? firstLine(row.output ? shownTexts(row.output).stdout : '');
  const cells = [row.status.padEnd(9), formatDuration(row.durationMs).padStart(8), printable(input), printable(said)];
  return `${String(row.index).padStart(6)}  ${cells.join('  ')}`.trimEnd();
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

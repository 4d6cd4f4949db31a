import type { RunRef, SlotRow, StoreReader } from '../../index.js';
import { Output } from '../print/output.js';
import { formatRow } from '../print/row.js';

const PAGE = 500;

/** The committed rows of a run in slot order, a page at a time. */
export async function* readRows(reader: StoreReader, run: RunRef): AsyncGenerator<SlotRow> {
  for (let from = 0; ; ) {
    const page = await reader.runs.rows(run, from, PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    from = last.index + 1;
  }
}

/** Prints them as JSON lines, as `run` did. */
export async function printRows(reader: StoreReader, run: RunRef): Promise<void> {
  const output = Output.of(process.stdout);
  for await (const row of readRows(reader, run)) {
    if (output.closed.aborted) return;
    await output.line(formatRow(row));
  }
}

import type { JournalEvent, RunRecord, RunRef, StoreReader } from '../../index.js';
import { noRun } from '../options/options.js';
import { Output } from '../print/output.js';
import { formatRow } from '../print/row.js';
import { readRows } from './rows.js';

/**
 * Prints the rows that another host commits to a run, until the run ends or pauses there. `begin` sets it going once
 * nothing can be missed any more; when it answers false, nothing is printed and the answer is null. Stops looking, and
 * leaves the run alone, when standard output is closed.
 */
export async function follow(
  reader: StoreReader,
  run: RunRef,
  from: 'start' | 'here',
  begin: () => Promise<boolean>,
): Promise<RunRecord | null> {
  const output = Output.of(process.stdout);
  const after = await reader.journal.head();
  if (!(await begin())) return null;
  let last = -1;
  if (from === 'start') {
    for await (const row of readRows(reader, run)) {
      await output.line(formatRow(row));
      last = row.index;
    }
  }
  for await (const event of reader.journal.tail({ after, follow: true, signal: output.closed })) {
    if (event.type === 'slot.committed' && event.data.run === run && event.data.index > last) {
      const [row] = await reader.runs.rows(run, event.data.index, 1);
      if (row) await output.line(formatRow(row));
    } else if (endsRun(event, run)) break;
  }
  const record = await reader.runs.get(run);
  if (record) return record;
  throw noRun(run, reader.file);
}

function endsRun(event: JournalEvent, run: RunRef): boolean {
  switch (event.type) {
    case 'run.completed':
    case 'run.paused':
    case 'run.stopped':
    case 'run.interrupted':
      return event.data.run === run;
    default:
      return false;
  }
}

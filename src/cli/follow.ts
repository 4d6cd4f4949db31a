import { EspalierError, type JournalEvent, type RunRecord, type StoreReader } from '../index.js';
import { Output } from './output.js';
import { formatRow } from './row.js';
import { printRows } from './rows.js';

/**
 * Prints the rows that another host commits to a run, until the run ends or pauses there. Does `begin` once nothing can
 * be missed any more. Stops looking, and leaves the run alone, when standard output is closed.
 */
export async function follow(
  reader: StoreReader,
  run: string,
  from: 'start' | 'here',
  begin: () => Promise<boolean>,
): Promise<RunRecord> {
  const output = new Output(process.stdout);
  const after = await reader.journal.head();
  if (from === 'start') await printRows(reader, run);
  if (!(await begin())) {
    throw new EspalierError(
      'ESP_OWNED',
      `run ${run} is not paused any more; "espalier show ${run}" says how it stands`,
    );
  }
  for await (const event of reader.journal.tail({ after, follow: true, signal: output.closed })) {
    if (event.type === 'slot.committed' && event.data.run === run) {
      const [row] = await reader.runs.rows(run, event.data.index, 1);
      if (row) await output.line(formatRow(row));
    } else if (endsRun(event, run)) break;
  }
  const record = await reader.runs.get(run);
  if (record) return record;
  throw new EspalierError('ESP_NOT_FOUND', `run ${run} is no longer in ${reader.file}`);
}

function endsRun(event: JournalEvent, run: string): boolean {
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

import { writeJson } from '../../json/write.js';
import { Output } from './output.js';
import { type Cells, formatTable } from './table.js';

/** A listing in both forms: the records for machines, the cells for people. */
export interface Listing<T> {
  readonly head: readonly string[];
  readonly cells: (record: T) => Cells;
}

/** Prints records as JSON lines, or as a table; an empty table has its head. */
export async function printListing<T>(
  records: readonly T[],
  json: boolean,
  { head, cells }: Listing<T>,
): Promise<void> {
  const output = Output.of(process.stdout);
  const lines = json ? records.map((record) => writeJson(record)) : formatTable(head, records.map(cells));
  for (const line of lines) await output.line(line);
}

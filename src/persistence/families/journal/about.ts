import { jobName } from '../../../machines/ids/job-id.js';
import type { AboutQuery } from '../../contract/journal.js';
import { type EventRow, eventRow } from '../../forms/event.js';
import type { Connection, SqlValue } from '../../sql/connection.js';
import { journalHead } from './batch.js';

/** Numbers that are walked in one piece, so that other readers need not wait for a long journal. */
const STRIDE = 50_000;

/** The newest events that fit, in `seq` order. The journal has no index but `seq`: it is walked back until enough are found. */
export function* eventsAbout(db: Connection, query: AboutQuery): Generator<void, EventRow[], void> {
  const { condition, values } = where(query);
  const found: EventRow[] = [];
  for (let to = journalHead(db); to > 0 && found.length < query.limit; to -= STRIDE) {
    const rows = db.all(
      eventRow,
      `SELECT seq, run_id, at, type, path, incarnation, ctx, data FROM events
       WHERE seq > ? AND seq <= ? AND ${condition} ORDER BY seq DESC LIMIT ?`,
      to - STRIDE,
      to,
      ...values,
      query.limit - found.length,
    );
    found.push(...rows);
    if (isWhole(query, rows)) break;
    yield;
  }
  return found.reverse();
}

/** Nothing about a job alone comes before its submission. */
function isWhole({ job, run, paths, below, types }: AboutQuery, rows: readonly EventRow[]): boolean {
  const isAlone = job !== undefined && [run, paths, below, types].every((other) => other === undefined);
  return isAlone && rows.some(({ type }) => type === 'job.submitted');
}

function where({ runId, paths = [], below, run, job, types = [] }: AboutQuery): {
  condition: string;
  values: SqlValue[];
} {
  const name = job === undefined ? null : jobName(job);
  // Older stores name a slot by its job.
  const slot = name?.kind === 'slot' ? name : null;
  // A path below another one begins with it and a slash; the root alone ends with one.
  const prefix = below === undefined ? null : `${below === '/' ? '' : below}/`;
  const condition = `(? IS NULL OR run_id = ?) AND (
    path IN (SELECT value FROM json_each(?)) OR substr(path, 1, length(?)) = ?
    OR type IN (SELECT value FROM json_each(?))
    OR json_extract(ctx, '$.run') = ? OR json_extract(ctx, '$.job') = ?
    OR (json_extract(ctx, '$.run') = ? AND json_extract(ctx, '$.index') = ?))`;
  return {
    condition,
    values: [
      runId ?? null,
      runId ?? null,
      JSON.stringify(paths),
      prefix,
      prefix,
      JSON.stringify(types),
      run ?? null,
      job ?? null,
      slot?.run ?? null,
      slot?.index ?? null,
    ],
  };
}

import { z } from 'zod';
import type { ArgsOf, ResultsOf } from '../families/access.js';
import { hostReads } from '../families/hosts/reads.js';
import { jobReads } from '../families/jobs/reads.js';
import { journalReads } from '../families/journal/reads.js';
import { logReads } from '../families/logs/reads.js';
import { outputReads } from '../families/outputs/reads.js';
import { processReads } from '../families/processes/reads.js';
import { retentionReads } from '../families/retention/reads.js';
import { runReads } from '../families/runs/reads.js';
import { scheduleReads } from '../families/schedules/reads.js';
import { sessionReads } from '../families/sessions/reads.js';
import { snapshotReads } from '../families/snapshots/reads.js';
import type { Connection } from '../sql/connection.js';

/**
 * Everything that can be read, by name: a closed map of `(connection, args) → result`. One that may take long is a
 * generator, and other queries run at each of its `yield`s.
 */
const queries = {
  ...hostReads,
  ...journalReads,
  ...processReads,
  ...snapshotReads,
  ...sessionReads,
  ...runReads,
  ...jobReads,
  ...scheduleReads,
  ...outputReads,
  ...logReads,
  ...retentionReads,
  check: (db: Connection, _args: null) =>
    db
      .all(z.object({ integrity_check: z.string() }), 'PRAGMA integrity_check')
      .map((row) => row.integrity_check)
      .join('\n'),
};

export type QueryName = keyof typeof queries;
export type QueryArgs = ArgsOf<typeof queries>;
export type QueryResults = ResultsOf<typeof queries>;

/** One query: a name with its own arguments. */
export type QueryCall<N extends QueryName = QueryName> = {
  readonly [M in N]: { readonly name: M; readonly args: QueryArgs[M] };
}[N];

/** The same map in the form in which the compiler sees that a query's name and arguments belong together. */
const table: { readonly [N in QueryName]: (db: Connection, args: QueryArgs[N]) => unknown } = queries;

/** Answers one query, or hands out the generator that will. */
export function answerQuery<N extends QueryName>(db: Connection, call: QueryCall<N>): unknown {
  return table[call.name](db, call.args);
}

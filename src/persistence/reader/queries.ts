import { z } from 'zod';
import type { Connection } from '../sql/connection.js';
import { runDigest } from '../tables/digest.js';
import { findHost, unendedHosts } from '../tables/hosts.js';
import { eventBatch, journalHead } from '../tables/journal.js';
import { readOutput } from '../tables/outputs.js';
import { finishedSlots, planRun } from '../tables/plan.js';
import { presentProcesses } from '../tables/processes.js';
import { committedRows, slotRows } from '../tables/rows.js';
import { findRun, listRuns } from '../tables/runs.js';
import { listSnapshots } from '../tables/snapshots.js';

/**
 * Everything that can be read, by name: a closed map of `(connection, args) → result`. One that may take long is a
 * generator, and other queries run at each of its `yield`s.
 */
const queries = {
  'hosts.get': findHost,
  'hosts.unended': (db: Connection, _args: null) => unendedHosts(db),
  'journal.batch': eventBatch,
  'journal.head': (db: Connection, _args: null) => journalHead(db),
  'processes.present': presentProcesses,
  'snapshots.list': listSnapshots,
  'runs.get': findRun,
  'runs.list': (db: Connection, _args: null) => listRuns(db),
  'runs.plan': planRun,
  'runs.finished': finishedSlots,
  'runs.committed': committedRows,
  'runs.rows': slotRows,
  'runs.digest': runDigest,
  'outputs.read': readOutput,
  check: (db: Connection, _args: null) =>
    db
      .all(z.object({ integrity_check: z.string() }), 'PRAGMA integrity_check')
      .map((row) => row.integrity_check)
      .join('\n'),
};

export type QueryName = keyof typeof queries;
export type QueryArgs = { [N in QueryName]: Parameters<(typeof queries)[N]>[1] };
type Answered<T> = T extends Generator<void, infer R, void> ? R : T;
export type QueryResults = { [N in QueryName]: Answered<ReturnType<(typeof queries)[N]>> };

/** One query, as it travels. */
export interface QueryCall {
  readonly name: QueryName;
  readonly args: QueryArgs[QueryName];
}

/** Answers one query, or hands out the generator that will. */
export function answerQuery(db: Connection, call: QueryCall): unknown {
  // `Reader.ask` put name and args together, by type; the compiler cannot follow the pair through the thread's message.
  return queries[call.name](db, call.args as never);
}

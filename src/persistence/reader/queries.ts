import { z } from 'zod';
import type { Connection } from '../sql/connection.js';
import { eventsAbout } from '../tables/about.js';
import { runDigest } from '../tables/digest.js';
import { findHost, newestHosts, unendedHosts } from '../tables/hosts.js';
import { eventBatch, journalHead } from '../tables/journal.js';
import { listLogs, readLog } from '../tables/logs.js';
import { readOutput } from '../tables/outputs.js';
import { finishedSlots, planRun } from '../tables/plan.js';
import { presentProcesses } from '../tables/processes.js';
import { committedRows, endedSlots, slotRows } from '../tables/rows.js';
import { findRun, listRuns } from '../tables/runs.js';
import { findSession, listSessions } from '../tables/sessions.js';
import { runOutlook, slotStory } from '../tables/slot-story.js';
import { listSnapshots } from '../tables/snapshots.js';

/**
 * Everything that can be read, by name: a closed map of `(connection, args) → result`. One that may take long is a
 * generator, and other queries run at each of its `yield`s.
 */
const queries = {
  'hosts.get': findHost,
  'hosts.newest': newestHosts,
  'hosts.unended': (db: Connection, _args: null) => unendedHosts(db),
  'journal.batch': eventBatch,
  'journal.about': eventsAbout,
  'journal.head': (db: Connection, _args: null) => journalHead(db),
  'processes.present': presentProcesses,
  'snapshots.list': listSnapshots,
  'sessions.get': findSession,
  'sessions.list': listSessions,
  'runs.get': findRun,
  'runs.slot': slotStory,
  'runs.outlook': runOutlook,
  'runs.list': (db: Connection, _args: null) => listRuns(db),
  'runs.plan': planRun,
  'runs.finished': finishedSlots,
  'runs.committed': committedRows,
  'runs.ended': endedSlots,
  'runs.rows': slotRows,
  'runs.digest': runDigest,
  'outputs.read': readOutput,
  'logs.list': listLogs,
  'logs.read': readLog,
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

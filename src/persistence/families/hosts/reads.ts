import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { HostRecord } from '../../contract/hosts.js';
import { identity } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

/** A host as its row has it: where its lock is, depends on where the store is. */
export interface HostRow extends Omit<HostRecord, 'lock'> {
  readonly holdsLock: boolean;
}

const COLUMNS = 'run_id, name, identity, forker, directory, holds_lock, started_at, heartbeat_at, ended_at, ended';

const hostRow = z
  .object({
    run_id: z.string(),
    name: z.string(),
    identity: json(identity),
    forker: json(z.object({ identity, generation: z.number() })).nullable(),
    directory: z.string().nullable(),
    holds_lock: z.literal([0, 1]),
    started_at: z.number(),
    heartbeat_at: z.number(),
    ended_at: z.number().nullable(),
    ended: z.enum(['stopped', 'dead']).nullable(),
  })
  .transform(
    (row): HostRow => ({
      runId: row.run_id,
      name: row.name,
      identity: row.identity,
      forker: row.forker,
      directory: row.directory,
      holdsLock: row.holds_lock === 1,
      startedAt: row.started_at,
      heartbeatAt: row.heartbeat_at,
      endedAt: row.ended_at,
      ended: row.ended,
    }),
  );

export function findHost(db: Connection, { runId }: { runId: RunId }): HostRow | null {
  return db.one(hostRow, `SELECT ${COLUMNS} FROM hosts WHERE run_id = ?`, runId) ?? null;
}

function newestHosts(db: Connection, { limit }: { limit: number }): HostRow[] {
  return db.all(hostRow, `SELECT ${COLUMNS} FROM hosts ORDER BY started_at DESC, rowid DESC LIMIT ?`, limit);
}

function unendedHosts(db: Connection): HostRow[] {
  return db.all(hostRow, `SELECT ${COLUMNS} FROM hosts WHERE ended_at IS NULL ORDER BY started_at, rowid`);
}

/** What is read of hosts, by name. */
export const hostReads = {
  'hosts.get': findHost,
  'hosts.newest': newestHosts,
  'hosts.unended': (db: Connection, _args: null) => unendedHosts(db),
};

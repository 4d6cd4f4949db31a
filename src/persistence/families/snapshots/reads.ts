import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { SnapshotRecord } from '../../contract/snapshots.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

export const snapshotRow = z
  .object({
    path: z.string(),
    run_id: z.string(),
    incarnation: z.number(),
    kind: z.enum(['observed', 'snapshot', 'quarantined']),
    role: z.string(),
    state: json(z.unknown()),
    detail: json(z.unknown()),
    at: z.number(),
  })
  .transform(({ run_id, ...row }): SnapshotRecord => ({ ...row, runId: run_id }));

export const COLUMNS = 's.path, s.run_id, s.incarnation, s.kind, s.role, s.state, s.detail, s.at';

function listSnapshots(db: Connection, { runId }: { runId: RunId | null }): SnapshotRecord[] {
  return db.all(
    snapshotRow,
    `SELECT ${COLUMNS} FROM snapshots s
     WHERE s.run_id = coalesce(?, (SELECT run_id FROM hosts ORDER BY started_at DESC, rowid DESC LIMIT 1))
     ORDER BY s.path, s.kind`,
    runId,
  );
}

/** What is read of snapshots, by name. */
export const snapshotReads = { 'snapshots.list': listSnapshots };

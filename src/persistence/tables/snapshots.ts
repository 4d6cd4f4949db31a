import { z } from 'zod';
import type { SnapshotRecord } from '../contract/snapshots.js';
import type { Connection } from '../sql/connection.js';
import { json } from '../sql/json.js';
import type { Transaction } from '../writer/transaction.js';

const snapshotRow = z
  .object({
    path: z.string(),
    run_id: z.string(),
    incarnation: z.number(),
    kind: z.enum(['observed', 'snapshot']),
    role: z.string(),
    state: json(z.unknown()),
    detail: json(z.unknown()),
    at: z.number(),
  })
  .transform(({ run_id, ...row }): SnapshotRecord => ({ ...row, runId: run_id }));

/** A record with its JSON parts as text. */
export interface SnapshotText extends Pick<SnapshotRecord, 'path' | 'runId' | 'incarnation' | 'kind' | 'role'> {
  readonly state: string;
  readonly detail: string;
}

export function putSnapshot(tx: Transaction, record: SnapshotText): void {
  tx.requireLive(record.runId);
  tx.db.run(
    `INSERT OR REPLACE INTO snapshots (run_id, path, kind, incarnation, role, state, detail, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    record.runId,
    record.path,
    record.kind,
    record.incarnation,
    record.role,
    record.state,
    record.detail,
    tx.now,
  );
}

export function removeSnapshots(tx: Transaction, { runId, path }: { runId: string; path: string }): void {
  tx.requireLive(runId);
  tx.db.run('DELETE FROM snapshots WHERE run_id = ? AND path = ?', runId, path);
}

export function listSnapshots(db: Connection, { runId }: { runId: string | null }): SnapshotRecord[] {
  return db.all(
    snapshotRow,
    `SELECT path, run_id, incarnation, kind, role, state, detail, at FROM snapshots
     WHERE run_id = coalesce(?, (SELECT run_id FROM hosts ORDER BY started_at DESC, rowid DESC LIMIT 1))
     ORDER BY path, kind`,
    runId,
  );
}

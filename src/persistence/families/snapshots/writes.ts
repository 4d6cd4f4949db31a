import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { SnapshotRecord } from '../../contract/snapshots.js';
import type { Transaction } from '../../sql/transaction.js';
import { COLUMNS, snapshotRow } from './reads.js';

/**
 * A record with its JSON parts as text.
 *
 * @public the declarations of the operations name it
 */
export interface SnapshotText extends Pick<SnapshotRecord, 'path' | 'runId' | 'incarnation' | 'role'> {
  readonly kind: 'observed' | 'snapshot';
  readonly state: string;
  readonly detail: string;
}

function putSnapshot(tx: Transaction, record: SnapshotText): void {
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

function removeSnapshots(tx: Transaction, { runId, path }: { runId: RunId; path: string }): void {
  tx.requireLive(runId);
  tx.db.run('DELETE FROM snapshots WHERE run_id = ? AND path = ? AND aside = 0', runId, path);
}

const aside = z.object({ kind: z.string(), aside: z.number() });

/** Two hosts of one name that start together do not get the same state: the first one takes it over. */
function adoptSnapshot(tx: Transaction, { runId, path }: { runId: RunId; path: string }): SnapshotRecord | null {
  tx.requireLive(runId);
  const found = tx.db.one(
    z.intersection(snapshotRow, aside),
    `SELECT ${COLUMNS}, s.aside FROM snapshots s JOIN hosts h ON h.run_id = s.run_id
     WHERE s.path = ? AND s.kind <> 'observed' AND (s.run_id = ?
       OR (h.ended_at IS NOT NULL AND h.name = (SELECT name FROM hosts WHERE run_id = ?)))
     ORDER BY s.run_id = ? DESC, s.at DESC, s.kind DESC LIMIT 1`,
    path,
    runId,
    runId,
    runId,
  );
  if (!found) return null;
  if (found.runId !== runId) {
    tx.db.run(
      'UPDATE snapshots SET run_id = ? WHERE run_id = ? AND path = ? AND kind = ? AND aside = ?',
      runId,
      found.runId,
      path,
      found.kind,
      found.aside,
    );
  }
  const { aside: _, ...record } = found;
  return record;
}

function quarantineSnapshot(
  tx: Transaction,
  { runId, path, reason }: { runId: RunId; path: string; reason: string },
): boolean {
  tx.requireLive(runId);
  const changed = tx.db.run(
    `UPDATE snapshots SET kind = 'quarantined', aside = ?, detail = json_set(detail, '$.reason', ?)
     WHERE run_id = ? AND path = ? AND kind = 'snapshot' AND aside = 0`,
    tx.now,
    reason,
    runId,
    path,
  );
  if (changed === 0) return false;
  tx.journal(runId, { type: 'snapshot.quarantined', path, data: { reason } });
  return true;
}

/** What is written of snapshots, by name. */
export const snapshotWrites = {
  'snapshots.put': putSnapshot,
  'snapshots.remove': removeSnapshots,
  'snapshots.adopt': adoptSnapshot,
  'snapshots.quarantine': quarantineSnapshot,
};

import { z } from 'zod';
import type { Connection } from '../../sql/connection.js';
import type { Transaction } from '../../sql/transaction.js';
import { journalFloor } from '../journal/floor.js';

/** Events that leave at once, at most. */
const MOST = 1000;
/** Events by which the size of all is judged. */
const SAMPLE = 500;
/** What an event takes beside its texts, in bytes, about. */
const OVERHEAD = 60;

const oldRow = z.object({ seq: z.number(), at: z.number() });

/**
 * Removes the oldest events, those older than they are kept and those by which the journal is larger than `bytes`; the floor
 * rises with them. Answers how many, and whether more may leave.
 */
export function pruneJournal(
  tx: Transaction,
  { keptMs, bytes }: { keptMs: number | null; bytes: number | null },
): { readonly removed: number; readonly more: boolean } {
  const before = keptMs === null ? null : tx.now - keptMs;
  const oldest = tx.db.all(
    oldRow,
    `SELECT seq, at FROM events WHERE seq > ? ORDER BY seq LIMIT ${MOST}`,
    journalFloor(tx.db),
  );
  const spare = bytes === null ? 0 : eventsBeyond(tx.db, bytes);
  // In order: one that is young enough keeps those after it, as a clock that went back makes them.
  const stays = oldest.findIndex(({ at }, index) => index >= spare && (before === null || at >= before));
  const leaving = stays === -1 ? oldest : oldest.slice(0, stays);
  const last = leaving.at(-1);
  if (last === undefined) return { removed: 0, more: false };
  const removed = tx.db.run('DELETE FROM events WHERE seq <= ?', last.seq);
  tx.db.run(
    `INSERT INTO floors (name, seq) VALUES ('journal', ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq`,
    last.seq,
  );
  return { removed, more: leaving.length === MOST };
}

const headRow = z.object({ head: z.number().nullable() });
const sampleRow = z.object({ bytes: z.number().nullable() });

/** By how many events the journal is too large: judged by the newest. */
function eventsBeyond(db: Connection, bytes: number): number {
  const head = db.one(headRow, 'SELECT max(seq) AS head FROM events')?.head ?? 0;
  const sample = db.one(
    sampleRow,
    `SELECT avg(length(data) + coalesce(length(ctx), 0) + coalesce(length(path), 0) + length(type) + length(run_id)) AS bytes
     FROM events WHERE seq > ?`,
    head - SAMPLE,
  );
  if (sample?.bytes == null) return 0;
  const kept = Math.floor(bytes / (sample.bytes + OVERHEAD));
  return Math.max(0, head - journalFloor(db) - kept);
}

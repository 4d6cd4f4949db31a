import { z } from 'zod';
import { type EventRow, eventRow } from '../../forms/event.js';
import type { Connection, SqlValue } from '../../sql/connection.js';
import { journalFloor } from './floor.js';

/** Part of the journal: where the reading goes on, and whether there was more at that moment. */
export interface EventBatch {
  readonly events: readonly EventRow[];
  readonly cursor: number;
  readonly more: boolean;
  /** Up to which number events have left. */
  readonly floor: number;
}

const headRow = z.object({ head: z.number() });

/** AUTOINCREMENT never gives a number twice, so the newest is remembered even when its event was pruned. */
export function journalHead(db: Connection): number {
  return db.one(headRow, `SELECT seq AS head FROM sqlite_sequence WHERE name = 'events'`)?.head ?? 0;
}

/**
 * Events after a cursor. The head is read before the events: when fewer than `limit` follow, the cursor may jump over what
 * the types leave out, but never past an event that was committed in between.
 */
export function eventBatch(
  db: Connection,
  { after, types, limit }: { after: number; types: readonly string[] | null; limit: number },
): EventBatch {
  const head = journalHead(db);
  const floor = journalFloor(db);
  if (head <= after) return { events: [], cursor: after, more: false, floor };
  const values: SqlValue[] = [after, head];
  if (types !== null) values.push(JSON.stringify(types));
  const events = db.all(
    eventRow,
    `SELECT seq, run_id, at, type, path, incarnation, ctx, data FROM events
     WHERE seq > ? AND seq <= ? ${types === null ? '' : 'AND type IN (SELECT value FROM json_each(?))'}
     ORDER BY seq LIMIT ?`,
    ...values,
    limit,
  );
  const last = events.at(-1);
  if (last !== undefined && events.length === limit) return { events, cursor: last.seq, more: last.seq < head, floor };
  return { events, cursor: head, more: false, floor };
}

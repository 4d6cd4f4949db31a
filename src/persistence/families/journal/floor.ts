import { z } from 'zod';
import type { Connection } from '../../sql/connection.js';

const floorRow = z.object({ seq: z.number() });

/** Up to which number events have left the journal; 0 while none has. */
export function journalFloor(db: Connection): number {
  return db.one(floorRow, `SELECT seq FROM floors WHERE name = 'journal'`)?.seq ?? 0;
}

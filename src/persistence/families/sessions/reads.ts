import { z } from 'zod';
import type { SessionRecord } from '../../contract/sessions.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

const sessionRow = z
  .object({
    session: z.string(),
    data: json(z.unknown()),
    ttl_ms: z.number(),
    created_at: z.number(),
    touched_at: z.number(),
  })
  .transform(
    ({ session, data, ttl_ms, created_at, touched_at }): SessionRecord => ({
      session,
      data,
      ttlMs: ttl_ms,
      createdAt: created_at,
      touchedAt: touched_at,
    }),
  );

const COLUMNS = 'session, data, ttl_ms, created_at, touched_at';

export function findSession(db: Connection, { session, now }: { session: string; now: number }): SessionRecord | null {
  return (
    db.one(sessionRow, `SELECT ${COLUMNS} FROM sessions WHERE session = ? AND expires_at > ?`, session, now) ?? null
  );
}

function listSessions(db: Connection, { now }: { now: number }): SessionRecord[] {
  return db.all(sessionRow, `SELECT ${COLUMNS} FROM sessions WHERE expires_at > ? ORDER BY session`, now);
}

/** What is read of sessions, by name. */
export const sessionReads = { 'sessions.get': findSession, 'sessions.list': listSessions };

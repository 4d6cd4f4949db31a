import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { SessionRecord, SessionRefusal } from '../../contract/sessions.js';
import type { Transaction } from '../../sql/transaction.js';
import { findSession } from './reads.js';

const othersRow = z.object({ others: z.number() });

/**
 * What a worker keeps between its calls, as text.
 *
 * @public the declarations of the operations name it
 */
export interface SessionText {
  readonly runId: RunId;
  readonly session: string;
  readonly data: string;
  readonly ttlMs: number;
  readonly quota: number;
}

function putSession(
  tx: Transaction,
  { runId, session, data, ttlMs, quota }: SessionText,
): SessionRecord | SessionRefusal {
  tx.requireLive(runId);
  const { db, now } = tx;
  // One that has run out is a new one: it keeps nothing of the old.
  db.run('DELETE FROM sessions WHERE session = ? AND expires_at <= ?', session, now);
  const { others } = db.one(
    othersRow,
    'SELECT count(*) AS others FROM sessions WHERE expires_at > ? AND session <> ?',
    now,
    session,
  ) ?? { others: 0 };
  const isNew = findSession(db, { session, now }) === null;
  if (isNew && others >= quota) return 'quota';
  db.run(
    `INSERT INTO sessions (session, data, ttl_ms, created_at, touched_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (session) DO UPDATE SET data = excluded.data, ttl_ms = excluded.ttl_ms, touched_at = excluded.touched_at`,
    session,
    data,
    ttlMs,
    now,
    now,
  );
  return findSession(db, { session, now }) ?? 'quota';
}

function touchSession(tx: Transaction, { runId, session }: { runId: RunId; session: string }): boolean {
  tx.requireLive(runId);
  const { db, now } = tx;
  return db.run('UPDATE sessions SET touched_at = ? WHERE session = ? AND expires_at > ?', now, session, now) > 0;
}

function removeSession(tx: Transaction, { runId, session }: { runId: RunId; session: string }): boolean {
  tx.requireLive(runId);
  const { db, now } = tx;
  const lived = findSession(db, { session, now }) !== null;
  db.run('DELETE FROM sessions WHERE session = ?', session);
  return lived;
}

function removeExpiredSessions(tx: Transaction, { runId }: { runId: RunId }): number {
  tx.requireLive(runId);
  return tx.db.run('DELETE FROM sessions WHERE expires_at <= ?', tx.now);
}

/** What is written of sessions, by name. */
export const sessionWrites = {
  'sessions.put': putSession,
  'sessions.touch': touchSession,
  'sessions.remove': removeSession,
  'sessions.removeExpired': removeExpiredSessions,
};

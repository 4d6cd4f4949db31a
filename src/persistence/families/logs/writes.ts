import type { RunId } from '../../../ids.js';
import type { OutputChunk } from '../../contract/attempts.js';
import type { Connection } from '../../sql/connection.js';
import { countRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import { chunkRow, JOINED_BYTES, LOG_BYTES, pathRow, STREAMS } from './reads.js';

/** Logs that are kept. */
const LOGS = 1000;

function appendLog(
  tx: Transaction,
  args: { runId: RunId; path: string; incarnation: number; chunk: OutputChunk },
): void {
  const { runId, path, incarnation, chunk } = args;
  tx.requireLive(runId);
  const known = tx.db.one(pathRow, 'SELECT path FROM logs WHERE path = ?', path);
  if (!known) makeRoom(tx.db);
  tx.db.run(
    `INSERT INTO logs (path, run_id, incarnation, dropped, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET
     run_id = excluded.run_id, incarnation = excluded.incarnation, dropped = max(dropped, excluded.dropped), at = excluded.at`,
    path,
    runId,
    incarnation,
    chunk.dropped ? 1 : 0,
    tx.now,
  );
  appendStream(tx.db, path, STREAMS.stdout, chunk.stdout);
  appendStream(tx.db, path, STREAMS.stderr, chunk.stderr);
}

/** Names of dynamic services may be new each time: there is room for so many logs. */
function makeRoom(db: Connection): void {
  const { count } = db.one(countRow, 'SELECT count(*) AS count FROM logs WHERE at >= 0') ?? {
    count: 0,
  };
  if (count < LOGS) return;
  db.run('DELETE FROM logs WHERE path IN (SELECT path FROM logs WHERE at >= 0 ORDER BY at LIMIT ?)', count - LOGS + 1);
}

function appendStream(db: Connection, path: string, stream: number, bytes: Uint8Array): void {
  if (bytes.byteLength === 0) return;
  const last = db.one(
    chunkRow,
    'SELECT start, bytes FROM log_chunks WHERE path = ? AND stream = ? ORDER BY start DESC LIMIT 1',
    path,
    stream,
  );
  const end = (last ? last.start + last.bytes.byteLength : 0) + bytes.byteLength;
  const isJoined = last !== undefined && last.bytes.byteLength < JOINED_BYTES;
  const chunk = isJoined ? Buffer.concat([last.bytes, bytes]) : bytes;
  db.run(
    'INSERT OR REPLACE INTO log_chunks (path, stream, start, bytes) VALUES (?, ?, ?, ?)',
    path,
    stream,
    end - chunk.byteLength,
    chunk,
  );
  // A chunk that reaches into what is kept stays whole; reading cuts it.
  db.run(
    'DELETE FROM log_chunks WHERE path = ? AND stream = ? AND start < ? AND start + length(bytes) <= ?',
    path,
    stream,
    end - LOG_BYTES,
    end - LOG_BYTES,
  );
}

/** What is written of logs, by name. */
export const logWrites = { 'logs.append': appendLog };

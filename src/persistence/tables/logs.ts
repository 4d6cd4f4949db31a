import { z } from 'zod';
import { fromWholeCharacter } from '../../machines/text/text-cut.js';
import type { OutputChunk } from '../contract/attempts.js';
import type { KeptLog, LogPlace } from '../contract/logs.js';
import type { Connection } from '../sql/connection.js';
import type { Transaction } from '../writer/transaction.js';

/** What is kept of each stream of a log, in bytes: its end. */
export const LOG_BYTES = 64 * 1024;
/** Logs that are kept. */
const LOGS = 1000;
/** Chunks are joined up to this size: a row for each line would cost a multiple of the lines. */
const JOINED_BYTES = 4096;

const STREAMS = { stdout: 1, stderr: 2 } as const;
const chunkRow = z.object({ start: z.number(), bytes: z.instanceof(Uint8Array) });
const pathRow = z.object({ path: z.string() });

export function appendLog(
  tx: Transaction,
  args: { runId: string; path: string; incarnation: number; chunk: OutputChunk },
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
  const { count } = db.one(z.object({ count: z.number() }), 'SELECT count(*) AS count FROM logs WHERE at >= 0') ?? {
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

/** Paths at or below one. */
export function listLogs(db: Connection, { path }: { path: string }): string[] {
  const below = path === '/' ? '/' : `${path}/`;
  // `0` follows `/` in the order of the bytes.
  const sql = 'SELECT path FROM logs WHERE path = ? OR (path >= ? AND path < ?) ORDER BY path';
  return db.all(pathRow, sql, path, below, `${below.slice(0, -1)}0`).map((row) => row.path);
}

const headRow = z.object({ run_id: z.string(), incarnation: z.number(), dropped: z.number(), at: z.number() });

export function readLog(db: Connection, { path, after }: { path: string; after: LogPlace | null }): KeptLog | null {
  const head = db.one(headRow, 'SELECT run_id, incarnation, dropped, at FROM logs WHERE path = ?', path);
  if (!head) return null;
  const out = readStream(db, path, STREAMS.stdout, after?.stdout ?? null);
  const err = readStream(db, path, STREAMS.stderr, after?.stderr ?? null);
  return {
    path,
    runId: head.run_id,
    incarnation: head.incarnation,
    stdout: out.bytes,
    stderr: err.bytes,
    end: { stdout: out.end, stderr: err.end },
    truncated: out.isCut || err.isCut || (after === null && head.dropped === 1),
    at: head.at,
  };
}

function readStream(db: Connection, path: string, stream: number, after: number | null) {
  const chunks = db.all(
    chunkRow,
    'SELECT start, bytes FROM log_chunks WHERE path = ? AND stream = ? AND start >= ? ORDER BY start',
    path,
    stream,
    // The chunk in which a reader stopped begins before that.
    (after ?? 0) - LOG_BYTES - JOINED_BYTES,
  );
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const start = chunks[0]?.start ?? after ?? 0;
  const end = start + whole.byteLength;
  const wanted = after ?? 0;
  const from = Math.max(wanted, end - LOG_BYTES, start);
  const isCut = from > wanted;
  const bytes = whole.subarray(Math.max(0, from - start));
  return { bytes: Uint8Array.from(isCut ? fromWholeCharacter(bytes) : bytes), end: Math.max(end, wanted), isCut };
}

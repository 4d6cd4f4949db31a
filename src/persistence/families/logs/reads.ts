import { z } from 'zod';
import { fromWholeCharacter } from '../../../machines/text/text-cut.js';
import type { KeptLog, LogPlace } from '../../contract/logs.js';
import type { Connection } from '../../sql/connection.js';

/** What is kept of each stream of a log, in bytes: its end. */
export const LOG_BYTES = 64 * 1024;
/** Chunks are joined up to this size: a row for each line would cost a multiple of the lines. */
export const JOINED_BYTES = 4096;

export const STREAMS = { stdout: 1, stderr: 2 } as const;
export const chunkRow = z.object({ start: z.number(), bytes: z.instanceof(Uint8Array) });
export const pathRow = z.object({ path: z.string() });

/** Paths at or below one. */
function listLogs(db: Connection, { path }: { path: string }): string[] {
  const below = path === '/' ? '/' : `${path}/`;
  // `0` follows `/` in the order of the bytes.
  const sql = 'SELECT path FROM logs WHERE path = ? OR (path >= ? AND path < ?) ORDER BY path';
  return db.all(pathRow, sql, path, below, `${below.slice(0, -1)}0`).map((row) => row.path);
}

const headRow = z.object({ run_id: z.string(), incarnation: z.number(), dropped: z.number(), at: z.number() });

function readLog(db: Connection, { path, after }: { path: string; after: LogPlace | null }): KeptLog | null {
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

/** What is read of logs, by name. */
export const logReads = { 'logs.list': listLogs, 'logs.read': readLog };

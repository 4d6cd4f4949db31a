import { z } from 'zod';
import { fromWholeCharacter } from '../../machines/text/text-cut.js';
import { type StreamTexts, streamTexts } from '../../stream-text.js';
import type { OutputChunk } from '../contract/attempts.js';
import type { KeptOutput } from '../contract/outputs.js';
import type { Connection } from '../sql/connection.js';
import type { Transaction } from '../writer/transaction.js';

/** What is kept of each stream of an attempt, in bytes: its end. */
export const KEPT_BYTES = 1024 * 1024;

/** Bytes that may be left of a character that was cut. */
const MOST_CUT = 3;

const STREAMS = { stdout: 1, stderr: 2 } as const;
const bytesRow = z.object({ start: z.number(), bytes: z.instanceof(Uint8Array) });
const endRow = z.object({ end: z.number() });
const jobRow = z.object({ job: z.number() });

/** Appends to the streams of an attempt that the caller knows to be running. Answers whether something was dropped. */
export function keepStreams(tx: Transaction, job: number, attempt: number, chunk: OutputChunk): boolean {
  const cutOut = keepStream(tx, job, attempt, STREAMS.stdout, chunk.stdout, chunk.dropped);
  const cutErr = keepStream(tx, job, attempt, STREAMS.stderr, chunk.stderr, chunk.dropped);
  return chunk.dropped || cutOut || cutErr;
}

/** Appends to one stream and drops what lies before its last 1 MiB. Answers whether something was dropped. */
function keepStream(
  tx: Transaction,
  job: number,
  attempt: number,
  stream: number,
  bytes: Uint8Array,
  hasGap: boolean,
): boolean {
  if (bytes.byteLength === 0) return false;
  const last = tx.db.one(
    endRow,
    `SELECT start + length(bytes) AS "end" FROM outputs WHERE job = ? AND attempt = ? AND stream = ?
     ORDER BY start DESC LIMIT 1`,
    job,
    attempt,
    stream,
  );
  const before = last?.end ?? 0;
  const end = before + bytes.byteLength;
  const kept = bytes.byteLength > KEPT_BYTES ? bytes.subarray(bytes.byteLength - KEPT_BYTES) : bytes;
  const insert = 'INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (?, ?, ?, ?, ?)';
  tx.db.run(insert, job, attempt, stream, end - kept.byteLength, kept);
  // Before a gap lies half a character at most, which what follows does not complete.
  const isAlone = hasGap && bytes.byteLength >= KEPT_BYTES - MOST_CUT;
  if (end <= KEPT_BYTES && !isAlone) return false;
  // A chunk that reaches into the window stays whole; reading cuts it.
  tx.db.run(
    'DELETE FROM outputs WHERE job = ? AND attempt = ? AND stream = ? AND start + length(bytes) <= ?',
    job,
    attempt,
    stream,
    isAlone ? before : end - KEPT_BYTES,
  );
  return true;
}

export function appendOutput(
  tx: Transaction,
  args: { owner: string; run: string; index: number; attempt: number; chunk: OutputChunk },
): void {
  tx.requireLive(args.owner);
  const running = tx.db.one(
    jobRow,
    `SELECT a.job FROM runs r JOIN jobs j ON j.run = r.number JOIN attempts a ON a.job = j.job
     WHERE r.run = ? AND j.idx = ? AND a.attempt = ? AND a.owner = ? AND a.state = 'running'`,
    args.run,
    args.index,
    args.attempt,
    args.owner,
  );
  if (running === undefined) return;
  tx.db.run(
    'UPDATE attempts SET exec = 1, truncated = max(truncated, ?) WHERE job = ? AND attempt = ?',
    keepStreams(tx, running.job, args.attempt, args.chunk) ? 1 : 0,
    running.job,
    args.attempt,
  );
}

/** The kept end of one stream, from a whole character on. */
export function keptStream(db: Connection, job: number, attempt: number, stream: keyof typeof STREAMS): Uint8Array {
  const chunks = db.all(
    bytesRow,
    'SELECT start, bytes FROM outputs WHERE job = ? AND attempt = ? AND stream = ? ORDER BY start',
    job,
    attempt,
    STREAMS[stream],
  );
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const kept = whole.subarray(Math.max(0, whole.byteLength - KEPT_BYTES));
  const cut = kept.byteLength < whole.byteLength || (chunks[0]?.start ?? 0) > 0;
  return cut ? fromWholeCharacter(kept) : kept;
}

/** What is kept of both streams. */
export function keptStreams(db: Connection, job: number, attempt: number): StreamTexts {
  const [stdout, stderr] = [keptStream(db, job, attempt, 'stdout'), keptStream(db, job, attempt, 'stderr')];
  return streamTexts({ stdout, stderr });
}

const keptRow = z.object({ job: z.number(), attempt: z.number(), truncated: z.number(), held_open: z.number() });

export function readOutput(
  db: Connection,
  { run, index, attempt }: { run: string; index: number; attempt: number | null },
): KeptOutput | null {
  const found = db.one(
    keptRow,
    `SELECT a.job, a.attempt, a.truncated, a.held_open
     FROM runs r JOIN jobs j ON j.run = r.number JOIN attempts a ON a.job = j.job
     WHERE r.run = ? AND j.idx = ? AND a.attempt = coalesce(?, a.attempt) ORDER BY a.attempt DESC LIMIT 1`,
    run,
    index,
    attempt,
  );
  if (found === undefined) return null;
  return {
    attempt: found.attempt,
    ...keptStreams(db, found.job, found.attempt),
    truncated: found.truncated === 1,
    heldOpen: found.held_open === 1,
  };
}

import { z } from 'zod';
import type { RunId, RunRef } from '../../../ids.js';
import type { OutputChunk } from '../../contract/attempts.js';
import type { Transaction } from '../../sql/transaction.js';
import { KEPT_BYTES, STREAMS } from './reads.js';

/** Bytes that may be left of a character that was cut. */
const MOST_CUT = 3;

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

function appendOutput(
  tx: Transaction,
  args: { owner: RunId; run: RunRef; index: number; attempt: number; chunk: OutputChunk },
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

/** What is written of outputs, by name. */
export const outputWrites = { 'outputs.append': appendOutput };

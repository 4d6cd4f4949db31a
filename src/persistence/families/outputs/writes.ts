import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { AttemptRef } from '../../../machines/ids/job-id.js';
import { KEPT_OUTPUT_BYTES } from '../../../stream-text.js';
import type { Late, OutputChunk } from '../../contract/attempts.js';
import type { Transaction } from '../../sql/transaction.js';
import { runningAttempt } from '../running-attempt.js';
import { STREAMS } from './reads.js';

/** Bytes that may be left of a character that was cut. */
const MOST_CUT = 3;

const endRow = z.object({ end: z.number() });

/** Appends to the streams of an attempt, by its number in the store, that the caller knows to be running. Answers whether something was dropped. */
export function keepStreams(tx: Transaction, attempt: number, chunk: OutputChunk): boolean {
  const cutOut = keepStream(tx, attempt, STREAMS.stdout, chunk.stdout, chunk.dropped);
  const cutErr = keepStream(tx, attempt, STREAMS.stderr, chunk.stderr, chunk.dropped);
  return chunk.dropped || cutOut || cutErr;
}

/** Appends to one stream and drops what lies before its kept end. Answers whether something was dropped. */
function keepStream(tx: Transaction, attempt: number, stream: number, bytes: Uint8Array, hasGap: boolean): boolean {
  if (bytes.byteLength === 0) return false;
  const last = tx.db.one(
    endRow,
    `SELECT start + length(bytes) AS "end" FROM outputs WHERE attempt = ? AND stream = ?
     ORDER BY start DESC LIMIT 1`,
    attempt,
    stream,
  );
  const before = last?.end ?? 0;
  const end = before + bytes.byteLength;
  const kept = bytes.byteLength > KEPT_OUTPUT_BYTES ? bytes.subarray(bytes.byteLength - KEPT_OUTPUT_BYTES) : bytes;
  const insert = 'INSERT INTO outputs (attempt, stream, start, bytes) VALUES (?, ?, ?, ?)';
  tx.db.run(insert, attempt, stream, end - kept.byteLength, kept);
  // Before a gap lies half a character at most, which what follows does not complete.
  const isAlone = hasGap && bytes.byteLength >= KEPT_OUTPUT_BYTES - MOST_CUT;
  if (end <= KEPT_OUTPUT_BYTES && !isAlone) return false;
  // A chunk that reaches into the window stays whole; reading cuts it.
  tx.db.run(
    'DELETE FROM outputs WHERE attempt = ? AND stream = ? AND start + length(bytes) <= ?',
    attempt,
    stream,
    isAlone ? before : end - KEPT_OUTPUT_BYTES,
  );
  return true;
}

function appendOutput(tx: Transaction, args: AttemptRef & { owner: RunId; chunk: OutputChunk }): 'kept' | Late {
  tx.requireLive(args.owner);
  const running = runningAttempt(tx.db, args.owner, args);
  if (running === null) return 'late';
  tx.db.run(
    'UPDATE attempts SET exec = 1, truncated = max(truncated, ?) WHERE id = ?',
    keepStreams(tx, running.id, args.chunk) ? 1 : 0,
    running.id,
  );
  return 'kept';
}

/** What is written of outputs, by name. */
export const outputWrites = { 'outputs.append': appendOutput };

import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import type { JobId } from '../../../machines/ids/job-id.js';
import { fromWholeCharacter } from '../../../machines/text/text-cut.js';
import { KEPT_OUTPUT_BYTES, type StreamTexts, streamTexts } from '../../../stream-text.js';
import type { KeptOutput, OutputPiece, OutputPlace, StreamPiece } from '../../contract/outputs.js';
import type { Connection } from '../../sql/connection.js';
import { isJob } from '../job-names.js';

export const STREAMS = { stdout: 1, stderr: 2 } as const;
const bytesRow = z.object({ start: z.number(), bytes: z.instanceof(Uint8Array) });

/** The kept end of one stream, from a whole character on. */
export function keptStream(db: Connection, attempt: number, stream: keyof typeof STREAMS): Uint8Array {
  const chunks = db.all(
    bytesRow,
    'SELECT start, bytes FROM outputs WHERE attempt = ? AND stream = ? ORDER BY start',
    attempt,
    STREAMS[stream],
  );
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const kept = whole.subarray(Math.max(0, whole.byteLength - KEPT_OUTPUT_BYTES));
  const cut = kept.byteLength < whole.byteLength || (chunks[0]?.start ?? 0) > 0;
  return cut ? fromWholeCharacter(kept) : kept;
}

/** What is kept of both streams. */
export function keptStreams(db: Connection, attempt: number): StreamTexts {
  const [stdout, stderr] = [keptStream(db, attempt, 'stdout'), keptStream(db, attempt, 'stderr')];
  return streamTexts({ stdout, stderr });
}

const keptRow = z.object({ id: z.number(), attempt: z.number(), truncated: z.number(), held_open: z.number() });

function readOutput(
  db: Connection,
  { run, index, attempt }: { run: RunRef; index: number; attempt: number | null },
): KeptOutput | null {
  const found = db.one(
    keptRow,
    `SELECT a.id, a.attempt, a.truncated, a.held_open
     FROM runs r JOIN jobs j ON j.run = r.number JOIN attempts a ON a.job = j.job
     WHERE r.run = ? AND j.idx = ? AND a.attempt = coalesce(?, a.attempt) ORDER BY a.epoch DESC LIMIT 1`,
    run,
    index,
    attempt,
  );
  return found === undefined ? null : keptOutput(db, found);
}

function attemptOf(
  db: Connection,
  { jobId, attempt }: { jobId: JobId; attempt: number | null },
): z.infer<typeof keptRow> | undefined {
  const { condition, values } = isJob(jobId);
  return db.one(
    keptRow,
    `SELECT a.id, a.attempt, a.truncated, a.held_open FROM jobs j JOIN attempts a ON a.job = j.job
     WHERE ${condition} AND a.attempt = coalesce(?, a.attempt) ORDER BY a.epoch DESC LIMIT 1`,
    ...values,
    attempt,
  );
}

function readJobOutput(db: Connection, args: { jobId: JobId; attempt: number | null }): KeptOutput | null {
  const found = attemptOf(db, args);
  return found === undefined ? null : keptOutput(db, found);
}

function outputSince(
  db: Connection,
  { jobId, attempt, place }: { jobId: JobId; attempt: number | null; place: OutputPlace | null },
): OutputPiece | null {
  const found = attemptOf(db, { jobId, attempt });
  if (found === undefined) return null;
  const from = place?.attempt === found.attempt ? place : { stdout: 0, stderr: 0 };
  return {
    attempt: found.attempt,
    stdout: pieceOf(db, found.id, 'stdout', from.stdout),
    stderr: pieceOf(db, found.id, 'stderr', from.stderr),
    truncated: found.truncated === 1,
    heldOpen: found.held_open === 1,
  };
}

const boundsRow = z.object({ first: z.number().nullable(), end: z.number().nullable() });

/** What is kept of a stream from a position on; where that has been cut, from the next whole character. */
function pieceOf(db: Connection, attempt: number, stream: keyof typeof STREAMS, from: number): StreamPiece {
  const { first, end } = db.one(
    boundsRow,
    'SELECT min(start) AS first, max(start + length(bytes)) AS "end" FROM outputs WHERE attempt = ? AND stream = ?',
    attempt,
    STREAMS[stream],
  ) ?? { first: null, end: null };
  const written = end ?? 0;
  const keptFrom = Math.max(first ?? 0, written - KEPT_OUTPUT_BYTES);
  const chunks = db.all(
    bytesRow,
    'SELECT start, bytes FROM outputs WHERE attempt = ? AND stream = ? AND start + length(bytes) > ? ORDER BY start',
    attempt,
    STREAMS[stream],
    Math.max(from, keptFrom),
  );
  const whole = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const begin = chunks[0]?.start ?? written;
  const start = Math.max(from, keptFrom);
  const piece = whole.subarray(Math.max(0, start - begin));
  const bytes = keptFrom > from ? fromWholeCharacter(piece) : piece;
  return { bytes, start: written - bytes.byteLength, written, kept: written - keptFrom };
}

function keptOutput(db: Connection, { id, attempt, truncated, held_open }: z.infer<typeof keptRow>): KeptOutput {
  return { attempt, ...keptStreams(db, id), truncated: truncated === 1, heldOpen: held_open === 1 };
}

/** What is read of outputs, by name. */
export const outputReads = {
  'outputs.read': readOutput,
  'outputs.readJob': readJobOutput,
  'outputs.since': outputSince,
};

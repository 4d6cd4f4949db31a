import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import { readJson } from '../../../json/read.js';
import type { ExecOutput, SlotRow } from '../../../machines/work/slot.js';
import type { CommittedRow } from '../../contract/runs.js';
import { errorRecord, slotStatus } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { ENDED_STATES } from '../executions/tries.js';
import { keptStreams } from '../outputs/reads.js';
import { requireRun } from './records.js';

const committedRow = z.object({
  position: z.number(),
  idx: z.number(),
  status: slotStatus,
  /** The number of the attempt in the store. */
  attempt: z.number().nullable(),
  attempts: z.number(),
  input: json(z.unknown()),
  exec: z.number().nullable(),
  truncated: z.number().nullable(),
  held_open: z.number().nullable(),
  exit_code: z.number().nullable(),
  exit_signal: z.string().nullable(),
  duration_ms: z.number().nullable(),
  error: json(errorRecord).nullable(),
  result: z.string().nullable(),
});
type Committed = z.infer<typeof committedRow>;

const SELECT_ROWS = `SELECT w.position, w.idx, w.status, w.attempt, w.attempts, j.input, a.exec, a.truncated,
    a.held_open, a.exit_code, a.exit_signal, a.duration_ms, a.error, a.result
  FROM rows w JOIN jobs j ON j.job = w.job LEFT JOIN attempts a ON a.id = w.attempt
  WHERE w.run = ?`;

/** Characters of input, output and result after which a page ends, so that no answer grows with what programs print. */
const PAGE_CHARACTERS = 8 * 1024 * 1024;

export function committedRows(
  db: Connection,
  { run, after, limit }: { run: RunRef; after: number; limit: number },
): CommittedRow[] {
  return page(db, `${SELECT_ROWS} AND w.position > ? ORDER BY w.position LIMIT ?`, run, after, limit);
}

export function slotRows(
  db: Connection,
  { run, from, limit }: { run: RunRef; from: number; limit: number },
): CommittedRow[] {
  return page(db, `${SELECT_ROWS} AND w.idx >= ? ORDER BY w.idx LIMIT ?`, run, from, limit);
}

/** What a slot's row would say now, from its job and the attempt that ended it; a ruling leaves no such attempt. */
const SELECT_ENDED = `SELECT 0 AS position, j.idx, j.state AS status, j.final AS attempt,
    iif(j.final IS NULL, 0,
      (SELECT count(*) FROM attempts e WHERE e.job = j.job AND e.state IN ${ENDED_STATES})) AS attempts, j.input, a.exec,
    a.truncated, a.held_open, a.exit_code, a.exit_signal, a.duration_ms, a.error, a.result
  FROM jobs j LEFT JOIN attempts a ON a.id = j.final
  WHERE j.run = ? AND j.idx = ? AND j.state NOT IN ('queued', 'running')`;

export function endedSlots(db: Connection, { run, indexes }: { run: RunRef; indexes: readonly number[] }): SlotRow[] {
  const { number } = requireRun(db, run);
  const found = indexes.flatMap((index) => db.all(committedRow, SELECT_ENDED, number, index));
  return found.map((row) => slotRow(db, row));
}

function page(db: Connection, sql: string, run: RunRef, from: number, limit: number): CommittedRow[] {
  const rows: CommittedRow[] = [];
  let characters = 0;
  for (const found of db.each(committedRow, sql, requireRun(db, run).number, from, limit)) {
    const row = slotRow(db, found);
    rows.push({ position: found.position, row });
    characters += (row.output?.stdout.length ?? 0) + (row.output?.stderr.length ?? 0) + (found.result?.length ?? 0);
    if (characters >= PAGE_CHARACTERS) break;
  }
  return rows;
}

function slotRow(db: Connection, found: Committed): SlotRow {
  return {
    index: found.idx,
    status: found.status,
    input: found.input,
    ...(found.exec === 1 && found.attempt !== null && { output: output(db, found, found.attempt) }),
    ...(found.result !== null && { result: readJson(found.result) }),
    ...(found.error !== null && { error: found.error }),
    attempts: found.attempts,
    durationMs: found.duration_ms ?? 0,
  };
}

function output(db: Connection, found: Committed, attempt: number): ExecOutput {
  return {
    ...keptStreams(db, attempt),
    exitCode: found.exit_code,
    signal: found.exit_signal,
    ...(found.truncated === 1 && { truncated: true }),
    ...(found.held_open === 1 && { heldOpen: true }),
  };
}

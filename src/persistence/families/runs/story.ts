import { z } from 'zod';
import type { RunRef } from '../../../ids.js';
import { endOf } from '../../../machines/text/last-words.js';
import { ATTEMPT_STATES, JOB_STATES } from '../../../machines/work/attempt.js';
import type { RunOutlook, SlotStory } from '../../contract/runs.js';
import { errorRecord, slotStatus } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { keptStream } from '../outputs/reads.js';
import { findHead, requireRun } from './records.js';

/** Failed rows that are given. */
const FAILURES = 20;
/** Characters of an attempt's standard error that are given. */
const LAST_WORDS = 2048;

const jobRow = z.object({ job: z.number(), state: z.enum(JOB_STATES), input: z.string() });

const attemptRow = z.object({
  id: z.number(),
  attempt: z.number(),
  owner: z.string(),
  state: z.enum(ATTEMPT_STATES),
  exit_code: z.number().nullable(),
  exit_signal: z.string().nullable(),
  error: json(errorRecord).nullable(),
  exec: z.number(),
  spawn_id: z.string().nullable(),
  duration_ms: z.number().nullable(),
  started_at: z.number(),
  ended_at: z.number().nullable(),
  truncated: z.number(),
  held_open: z.number(),
});

export function slotStory(db: Connection, { run, index }: { run: RunRef; index: number }): SlotStory | null {
  const head = findHead(db, run);
  const found =
    head && db.one(jobRow, 'SELECT job, state, input FROM jobs WHERE run = ? AND idx = ?', head.number, index);
  if (!found) return null;
  const attempts = db.all(
    attemptRow,
    `SELECT id, attempt, owner, state, exec, spawn_id, exit_code, exit_signal, duration_ms, error, started_at, ended_at, truncated,
       held_open
     FROM attempts WHERE job = ? ORDER BY epoch`,
    found.job,
  );
  const { state, input } = found;
  return { state, input, attempts: attempts.map((row) => attemptOf(db, row)) };
}

function attemptOf(db: Connection, row: z.infer<typeof attemptRow>): SlotStory['attempts'][number] {
  const { id, attempt, owner, state, error } = row;
  return {
    attempt,
    owner,
    state,
    error,
    exit: row.exit_code === null && row.exit_signal === null ? null : { code: row.exit_code, signal: row.exit_signal },
    startedAt: row.started_at,
    endedAt: row.ended_at,
    ranMs: row.exec === 1 || row.spawn_id === null ? row.duration_ms : null,
    stderr: endOf(Buffer.from(keptStream(db, id, 'stderr')).toString(), LAST_WORDS),
    truncated: row.truncated === 1,
    heldOpen: row.held_open === 1,
  };
}

export function runOutlook(db: Connection, { run }: { run: RunRef }): RunOutlook {
  const { number } = requireRun(db, run);
  const running = db.one(
    z.object({ count: z.number() }),
    `SELECT count(*) AS count FROM jobs WHERE run = ? AND state = 'running'`,
    number,
  );
  const failures = db.all(
    z.object({ index: z.number(), status: slotStatus, error: json(errorRecord).nullable() }),
    `SELECT w.idx AS "index", w.status, a.error FROM rows w
     LEFT JOIN attempts a ON a.id = w.attempt
     WHERE w.run = ? AND w.status IN ('failed', 'timed_out') ORDER BY w.idx LIMIT ?`,
    number,
    FAILURES,
  );
  return { executing: running?.count ?? 0, failures };
}

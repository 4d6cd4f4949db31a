import { z } from 'zod';
import { endOf } from '../../../machines/text/last-words.js';
import { ATTEMPT_STATES } from '../../../machines/work/attempt.js';
import type { OwnedAttempt } from '../../contract/attempts.js';
import { errorRecord } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { keptStream } from '../outputs/reads.js';

/** Characters of an attempt's standard error that are given. */
const LAST_WORDS = 2048;

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

/** Every attempt of a job, in order. */
export function attemptsOf(db: Connection, job: number): OwnedAttempt[] {
  return db
    .all(
      attemptRow,
      `SELECT id, attempt, owner, state, exec, spawn_id, exit_code, exit_signal, duration_ms, error, started_at, ended_at, truncated,
         held_open
       FROM attempts WHERE job = ? ORDER BY epoch`,
      job,
    )
    .map((row) => attemptOf(db, row));
}

function attemptOf(db: Connection, row: z.infer<typeof attemptRow>): OwnedAttempt {
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

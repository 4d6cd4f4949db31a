import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { Registration } from '../../../machines/process/process.js';
import { identity } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

export const COLUMNS = `run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command,
  exit_code, exit_signal, error, at`;

export const registrationState = z.enum(['intent', 'live', 'gone', 'suspect']);
export const commandText = json(z.array(z.string()).readonly());

export const registrationRow = z
  .object({
    run_id: z.string(),
    spawn_id: z.string(),
    path: z.string(),
    incarnation: z.number(),
    job_id: z.string().nullable(),
    attempt: z.number().nullable(),
    state: registrationState,
    identity: json(identity).nullable(),
    generation: z.number().nullable(),
    command: commandText,
    exit_code: z.number().nullable(),
    exit_signal: z.string().nullable(),
    at: z.number(),
  })
  .transform(
    (row): Registration => ({
      spawnId: row.spawn_id,
      runId: row.run_id,
      path: row.path,
      incarnation: row.incarnation,
      jobId: row.job_id,
      attempt: row.attempt,
      state: row.state,
      identity: row.identity,
      generation: row.generation,
      command: row.command,
      exit:
        row.exit_code === null && row.exit_signal === null ? null : { code: row.exit_code, signal: row.exit_signal },
      at: row.at,
    }),
  );

/** A registration in whatever state, or null. */
export function findProcess(db: Connection, runId: RunId, spawnId: string): Registration | null {
  return (
    db.one(registrationRow, `SELECT ${COLUMNS} FROM processes WHERE run_id = ? AND spawn_id = ?`, runId, spawnId) ??
    null
  );
}

function presentProcesses(db: Connection, { runId }: { runId: RunId | null }): Registration[] {
  return runId === null
    ? db.all(registrationRow, `SELECT ${COLUMNS} FROM processes WHERE state <> 'gone' ORDER BY run_id, at`)
    : db.all(
        registrationRow,
        `SELECT ${COLUMNS} FROM processes WHERE state <> 'gone' AND run_id = ? ORDER BY at`,
        runId,
      );
}

/** What is read of processes, by name. */
export const processReads = { 'processes.present': presentProcesses };

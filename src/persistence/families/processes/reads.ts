import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import type { Registration } from '../../../machines/process/process.js';
import { identity } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';
import { NAMED, named, namedJob } from '../job-names.js';

/** Registrations, each with the name of its job if it has one. */
export const SELECT_REGISTRATIONS = `SELECT p.run_id, p.spawn_id, p.path, p.incarnation, p.job, ${NAMED}, p.attempt, p.state,
    p.identity, p.generation, p.command, p.exit_code, p.exit_signal, p.at
  FROM processes p LEFT JOIN jobs j ON j.job = p.job LEFT JOIN runs r ON r.number = j.run`;

export const registrationState = z.enum(['intent', 'live', 'gone', 'suspect']);
export const commandText = json(z.array(z.string()).readonly());

export const registrationRow = z
  .object({
    run_id: z.string(),
    spawn_id: z.string(),
    path: z.string(),
    incarnation: z.number(),
    job: z.number().nullable(),
    ...named,
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
      jobId: row.job === null ? null : namedJob(row),
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
    db.one(registrationRow, `${SELECT_REGISTRATIONS} WHERE p.run_id = ? AND p.spawn_id = ?`, runId, spawnId) ?? null
  );
}

function presentProcesses(db: Connection, { runId }: { runId: RunId | null }): Registration[] {
  return runId === null
    ? db.all(registrationRow, `${SELECT_REGISTRATIONS} WHERE p.state <> 'gone' ORDER BY p.run_id, p.at`)
    : db.all(registrationRow, `${SELECT_REGISTRATIONS} WHERE p.state <> 'gone' AND p.run_id = ? ORDER BY p.at`, runId);
}

/** What is read of processes, by name. */
export const processReads = { 'processes.present': presentProcesses };

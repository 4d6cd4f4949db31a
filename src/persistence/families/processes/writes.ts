import { z } from 'zod';
import { type ErrorRecord, EspalierError } from '../../../errors.js';
import type { RunId, RunRef } from '../../../ids.js';
import type { LiveProcess, ProcessExit, Registration, SpawnIntent } from '../../../machines/process/process.js';
import type { Connection } from '../../sql/connection.js';
import { isDuplicate } from '../../sql/failure.js';
import type { Transaction } from '../../sql/transaction.js';
import { COLUMNS, commandText, registrationRow, registrationState } from './reads.js';

/** Names one registration: `actor` is the host that acts on it, null for a command line, which no fence holds. */
export interface RegistrationRef {
  readonly actor: string | null;
  readonly runId: RunId;
  readonly spawnId: string;
}

export function intendProcess(tx: Transaction, intent: SpawnIntent): void {
  tx.requireLive(intent.runId);
  const { runId, spawnId, path, incarnation, jobId, attempt } = intent;
  const command = JSON.stringify(intent.command);
  try {
    tx.db.run(
      `INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, command, at)
       VALUES (?, ?, ?, ?, ?, ?, 'intent', ?, ?)`,
      runId,
      spawnId,
      path,
      incarnation,
      jobId,
      attempt,
      command,
      tx.now,
    );
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `${whoHolds(tx.db, intent)}: sweep it before another is started`, {
      cause,
    });
  }
}

/** What a change of a registration needs of it; read at each, so no more than that. */
const headRow = z.object({
  state: registrationState,
  path: z.string(),
  incarnation: z.number(),
  jobId: z.string().nullable(),
  attempt: z.number().nullable(),
  command: commandText,
  pid: z.number().nullable(),
});
type Head = z.infer<typeof headRow>;

const SELECT_HEAD = `SELECT state, path, incarnation, job_id AS jobId, attempt, command, identity ->> '$.pid' AS pid
  FROM processes WHERE run_id = ? AND spawn_id = ?`;

function processLive(tx: Transaction, args: RegistrationRef & LiveProcess): void {
  const intended = change(tx, args, ['intent']);
  if (intended === null) return;
  const found = { ...intended, ...args.worker };
  tx.db.run(
    `UPDATE processes SET state = 'live', path = ?, incarnation = ?, command = ?, identity = ?, generation = ?
     WHERE run_id = ? AND spawn_id = ?`,
    found.path,
    found.incarnation,
    JSON.stringify(found.command),
    JSON.stringify(args.identity),
    args.generation,
    args.runId,
    args.spawnId,
  );
  const { pid } = args.identity;
  tx.journal(args.runId, {
    type: 'process.spawned',
    data: { spawnId: args.spawnId, pid, command: found.command },
    ...aboutProcess(found),
  });
  if (found.jobId === null || found.attempt === null) return;
  const { jobId, attempt } = found;
  tx.journal(args.runId, { type: 'attempt.started', data: { jobId, attempt }, ...aboutProcess(found) });
}

function processFailed(tx: Transaction, args: RegistrationRef & { error: ErrorRecord }): void {
  const found = change(tx, args, ['intent']);
  if (found === null) return;
  const { runId, spawnId, error } = args;
  tx.db.run(
    `UPDATE processes SET state = 'gone', error = ? WHERE run_id = ? AND spawn_id = ?`,
    JSON.stringify(error),
    runId,
    spawnId,
  );
  tx.journal(runId, { type: 'process.failed', data: { spawnId, error }, ...aboutProcess(found) });
}

export function processGone(tx: Transaction, args: RegistrationRef & { exit: ProcessExit | null }): void {
  const found = change(tx, args, ['intent', 'live', 'suspect'], ['gone']);
  if (found === null) return;
  const { runId, spawnId, exit } = args;
  tx.db.run(
    `UPDATE processes SET state = 'gone', exit_code = ?, exit_signal = ? WHERE run_id = ? AND spawn_id = ?`,
    exit?.code ?? null,
    exit?.signal ?? null,
    runId,
    spawnId,
  );
  if (exit === null || found.pid === null) return;
  const data = { spawnId, pid: found.pid, ...exit };
  tx.journal(runId, { type: 'process.exited', data, ...aboutProcess(found) });
}

export function processSuspect(tx: Transaction, args: RegistrationRef & { reason: string }): void {
  const found = change(tx, args, ['intent', 'live'], ['gone', 'suspect']);
  if (found === null) return;
  const { runId, spawnId, reason } = args;
  tx.db.run(
    `UPDATE processes SET state = 'suspect', reason = ? WHERE run_id = ? AND spawn_id = ?`,
    reason,
    runId,
    spawnId,
  );
  const data = { spawnId, pid: found.pid ?? 0, reason };
  tx.journal(runId, { type: 'process.suspect', data, ...aboutProcess(found) });
}

/**
 * The registration, after the fence and the guard of its state; null when it is in one of the states `already`, and there is
 * nothing to change.
 */
function change(
  tx: Transaction,
  { actor, runId, spawnId }: RegistrationRef,
  from: readonly Registration['state'][],
  already: readonly Registration['state'][] = [],
): Head | null {
  const found = tx.db.one(headRow, SELECT_HEAD, runId, spawnId);
  if (found !== undefined && already.includes(found.state)) return null;
  if (actor !== null) tx.requireLive(actor);
  if (found === undefined) {
    throw new EspalierError('ESP_NOT_FOUND', `no process ${spawnId} of host ${runId} is registered`);
  }
  if (from.includes(found.state)) return found;
  throw new EspalierError(
    'ESP_CONFLICT',
    `the registration ${spawnId} of ${found.path} is ${found.state}, not ${from.join(' or ')}`,
  );
}

function aboutProcess(found: Head): {
  path: string;
  incarnation: number;
  ctx?: { run: RunRef; job: string; attempt?: number };
} {
  const { path, incarnation, jobId, attempt } = found;
  if (jobId === null) return { path, incarnation };
  const run = jobId.slice(0, jobId.lastIndexOf(':'));
  return { path, incarnation, ctx: { run, job: jobId, ...(attempt !== null && { attempt }) } };
}

function whoHolds(db: Connection, intent: SpawnIntent): string {
  const holder = db.one(
    registrationRow,
    intent.jobId === null
      ? `SELECT ${COLUMNS} FROM processes
         WHERE job_id IS NULL AND state IN ('intent', 'live') AND run_id = ? AND path = ?`
      : `SELECT ${COLUMNS} FROM processes
         WHERE job_id IS NOT NULL AND state IN ('intent', 'live') AND ? <> '' AND job_id = ?`,
    intent.runId,
    intent.jobId ?? intent.path,
  );
  const what = intent.jobId === null ? intent.path : `job ${intent.jobId}`;
  if (holder === undefined) return `the spawn id ${intent.spawnId} is registered already`;
  return `${what} already has the process ${holder.spawnId} of host ${holder.runId} (${holder.state})`;
}

/** What is written of processes, by name. */
export const processWrites = {
  'processes.intend': intendProcess,
  'processes.live': processLive,
  'processes.failed': processFailed,
  'processes.gone': processGone,
  'processes.suspect': processSuspect,
};

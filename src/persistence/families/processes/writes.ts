import { z } from 'zod';
import { type ErrorRecord, EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { type JobId, jobContext } from '../../../machines/ids/job-id.js';
import type { LiveProcess, ProcessExit, Registration, SpawnIntent } from '../../../machines/process/process.js';
import type { Connection } from '../../sql/connection.js';
import { isDuplicate } from '../../sql/failure.js';
import type { Transaction } from '../../sql/transaction.js';
import { freeLimits } from '../freed-limits.js';
import { NAMED, named, namedJob } from '../job-names.js';
import { commandText, registrationRow, registrationState, SELECT_REGISTRATIONS } from './reads.js';

/** Names one registration: `actor` is the host that acts on it, null for a command line, which no fence holds. */
export interface RegistrationRef {
  readonly actor: string | null;
  readonly runId: RunId;
  readonly spawnId: string;
}

/** The attempt that a process is started for alone: its job in the store and by its id, and its number. */
interface Owner {
  readonly job: number;
  readonly jobId: JobId;
  readonly attempt: number;
}

/** Registers a process before it is started: one of a job beside its claim, any other by itself. */
export function intendProcess(tx: Transaction, intent: SpawnIntent, of: Owner | null): void {
  tx.requireLive(intent.runId);
  const { runId, spawnId, path, incarnation } = intent;
  const command = JSON.stringify(intent.command);
  try {
    tx.db.run(
      `INSERT INTO processes (run_id, spawn_id, path, incarnation, job, attempt, state, command, at)
       VALUES (?, ?, ?, ?, ?, ?, 'intent', ?, ?)`,
      runId,
      spawnId,
      path,
      incarnation,
      of?.job ?? null,
      of?.attempt ?? null,
      command,
      tx.now,
    );
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `${whoHolds(tx.db, intent, of)}: sweep it before another is started`, {
      cause,
    });
  }
}

/** What a change of a registration needs of it; read at each, so no more than that. */
const headRow = z
  .object({
    state: registrationState,
    path: z.string(),
    incarnation: z.number(),
    job: z.number().nullable(),
    ...named,
    attempt: z.number().nullable(),
    command: commandText,
    pid: z.number().nullable(),
  })
  .transform((row) => ({ ...row, jobId: row.job === null ? null : namedJob(row) }));
type Head = z.infer<typeof headRow>;

const SELECT_HEAD = `SELECT p.state, p.path, p.incarnation, p.job, ${NAMED}, p.attempt, p.command,
    p.identity ->> '$.pid' AS pid
  FROM processes p LEFT JOIN jobs j ON j.job = p.job LEFT JOIN runs r ON r.number = j.run
  WHERE p.run_id = ? AND p.spawn_id = ?`;

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
  if (found.state === 'suspect' && found.job !== null) freeLimits(tx, { runId, spawnId, job: found.job });
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

function aboutProcess({ path, incarnation, jobId, attempt }: Omit<Head, 'state' | 'command'>) {
  return { path, incarnation, ...(jobId !== null && { ctx: jobContext(jobId, attempt) }) };
}

function whoHolds(db: Connection, { runId, path, spawnId }: SpawnIntent, of: Owner | null): string {
  const present = `p.state IN ('intent', 'live')`;
  const holder =
    of === null
      ? db.one(
          registrationRow,
          `${SELECT_REGISTRATIONS} WHERE p.job IS NULL AND ${present} AND p.run_id = ? AND p.path = ?`,
          runId,
          path,
        )
      : db.one(registrationRow, `${SELECT_REGISTRATIONS} WHERE p.job = ? AND ${present}`, of.job);
  if (holder === undefined) return `the spawn id ${spawnId} is registered already`;
  const what = of === null ? path : `job ${of.jobId}`;
  return `${what} already has the process ${holder.spawnId} of host ${holder.runId} (${holder.state})`;
}

/** What is written of processes, by name. */
export const processWrites = {
  'processes.intend': (tx: Transaction, intent: SpawnIntent) => intendProcess(tx, intent, null),
  'processes.live': processLive,
  'processes.failed': processFailed,
  'processes.gone': processGone,
  'processes.suspect': processSuspect,
};

import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { AttemptRef } from '../../../machines/ids/job-id.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import type { AttemptState } from '../../../machines/work/attempt.js';
import type { OutputChunk } from '../../contract/attempts.js';
import type { Transaction } from '../../sql/transaction.js';
import { keepStreams } from '../outputs/writes.js';
import { findProcess } from '../processes/reads.js';
import { processGone, processSuspect } from '../processes/writes.js';
import { runningAttempt } from '../running-attempt.js';

/** What is known of an execution that has ended; its result and error are JSON text. */
export interface EndFacts {
  readonly exit: ProcessExit | null;
  readonly output?: OutputChunk;
  readonly heldOpen?: boolean;
  /** Null when nothing of it was executed. */
  readonly durationMs: number | null;
  readonly result: string | null;
  readonly error: string | null;
}

/** Writes the end of an attempt with its last output. */
export function recordEnd(tx: Transaction, id: number, state: AttemptState, facts: EndFacts): void {
  const { exit, output } = facts;
  const cut = output !== undefined && keepStreams(tx, id, output);
  tx.db.run(
    `UPDATE attempts SET state = ?, exec = max(exec, ?), truncated = max(truncated, ?), held_open = ?, exit_code = ?,
       exit_signal = ?, duration_ms = ?, ended_at = ?, error = ?, result = ?
     WHERE id = ? AND state = 'running'`,
    state,
    exit === null && output === undefined ? 0 : 1,
    cut ? 1 : 0,
    facts.heldOpen === true ? 1 : 0,
    exit?.code ?? null,
    exit?.signal ?? null,
    facts.durationMs === null ? null : Math.round(facts.durationMs),
    tx.now,
    facts.error,
    facts.result,
    id,
  );
}

/** The process that an attempt had for itself, if it had one. */
export function endProcess(
  tx: Transaction,
  owner: RunId,
  spawnId: string | null,
  { unproven, exit }: { readonly unproven?: string | undefined; readonly exit: ProcessExit | null },
): void {
  if (spawnId === null) return;
  if (unproven === undefined) processGone(tx, { actor: owner, runId: owner, spawnId, exit });
  else processSuspect(tx, { actor: owner, runId: owner, spawnId, reason: unproven });
}

/**
 * Takes back the claim of an attempt of which nothing ran: no trace of it stays but the epoch. Null when it is late.
 *
 * @throws `ESP_CONFLICT` when it has a process: it must finish
 */
export function dropClaim(
  tx: Transaction,
  owner: RunId,
  claim: AttemptRef,
): { readonly id: number; readonly job: number } | null {
  const running = runningAttempt(tx.db, owner, claim);
  if (running === null) return null;
  const { id, job, spawnId } = running;
  if (spawnId !== null) {
    const process = findProcess(tx.db, owner, spawnId);
    if (process !== null && process.identity !== null) {
      throw new EspalierError('ESP_CONFLICT', `job ${claim.jobId} has a process: it must finish`);
    }
    tx.db.run('DELETE FROM processes WHERE run_id = ? AND spawn_id = ?', owner, spawnId);
  }
  tx.db.run('DELETE FROM attempts WHERE id = ?', id);
  return { id, job };
}

import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { AttemptRef } from '../../../machines/ids/job-id.js';
import type { Late } from '../../contract/attempts.js';
import type { NewWait } from '../../contract/questions.js';
import type { Transaction } from '../../sql/transaction.js';
import type { Actor } from '../job-states/move.js';
import { requireJob } from '../job-states/records.js';
import { noteWaits, requireAttempt } from '../job-states/waits.js';
import { runningAttempt } from '../running-attempt.js';

/** What an attempt notes, as JSON text; null for what it leaves as it is. */
export interface NoteText {
  readonly progress: string | null;
  readonly checkpoint: string | null;
}

/** Keeps what a running attempt says of itself: the last of each. `owner` is null from its own program. */
export function noteAttempt(
  tx: Transaction,
  { owner, attempt, note }: { owner: RunId | null; attempt: AttemptRef; note: NoteText },
): 'recorded' | Late {
  const running = runningAttempt(tx.db, owner, attempt);
  if (running === null) return 'late';
  if (owner !== null) tx.requireLive(owner);
  const changed = tx.db.run(
    'UPDATE job_details SET progress = coalesce(?, progress), checkpoint = coalesce(?, checkpoint) WHERE job = ?',
    note.progress,
    note.checkpoint,
    running.job,
  );
  if (changed > 0) return 'recorded';
  throw new EspalierError('ESP_INVALID', `${attempt.jobId} is a slot of a run, which keeps no notes: only a job does`);
}

/** An attempt says for which jobs it will have ended to wait. */
export function noteWait(tx: Transaction, { by, wait }: { by: Actor; wait: NewWait }): 'noted' | 'met' {
  if (by !== '') tx.requireLive(by);
  const { jobId, attempt, jobs } = wait;
  const job = requireJob(tx.db, jobId);
  requireAttempt(tx, job, attempt);
  return noteWaits(tx, job, attempt, jobs);
}

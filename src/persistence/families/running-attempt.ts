import { z } from 'zod';
import type { RunId } from '../../ids.js';
import type { AttemptRef } from '../../machines/ids/job-id.js';
import type { Connection } from '../sql/connection.js';
import { isJob } from './job-names.js';

const runningRow = z.object({ id: z.number(), job: z.number(), spawnId: z.string().nullable() });

/**
 * The attempt of this epoch, while it runs for `owner` (null: for whomever) and no later claim has raised the epoch of its job; null otherwise.
 * The fence of every write about an attempt.
 */
export function runningAttempt(
  db: Connection,
  owner: RunId | null,
  { jobId, epoch }: Pick<AttemptRef, 'jobId' | 'epoch'>,
): z.infer<typeof runningRow> | null {
  const { condition, values } = isJob(jobId);
  const found = db.one(
    runningRow,
    `SELECT a.id, a.job, a.spawn_id AS spawnId FROM jobs j JOIN attempts a ON a.job = j.job AND a.epoch = j.epoch
     WHERE ${condition} AND j.epoch = ? AND a.owner = coalesce(?, a.owner) AND a.state = 'running'`,
    ...values,
    epoch,
    owner,
  );
  return found ?? null;
}

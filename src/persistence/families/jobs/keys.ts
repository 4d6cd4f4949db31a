import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import { type JobId, parseJobId } from '../../../machines/ids/job-id.js';
import type { Transaction } from '../../sql/transaction.js';

/** A key with the job that it stands for. */
export interface KeyClaim {
  readonly queue: string;
  readonly key: string;
  /** Of the method and the arguments: an equal key with another digest is a conflict. */
  readonly digest: string;
  /** Whether the key outlives its job. */
  readonly ever: boolean;
}

const keyRow = z.object({ id: z.string(), digest: z.string() });

/**
 * Takes a key for a job, or answers the job that has it.
 *
 * @throws `ESP_KEY_CONFLICT` when that one does something else
 */
export function takeKey(tx: Transaction, { queue, key, digest, ever }: KeyClaim, id: JobId): JobId | null {
  const taken = tx.db.one(keyRow, 'SELECT id, digest FROM job_keys WHERE queue = ? AND key = ?', queue, key);
  if (taken === undefined) {
    tx.db.run(
      'INSERT INTO job_keys (queue, key, id, digest, ever) VALUES (?, ?, ?, ?, ?)',
      queue,
      key,
      id,
      digest,
      ever ? 1 : 0,
    );
    return null;
  }
  if (taken.digest !== digest) {
    throw new EspalierError(
      'ESP_KEY_CONFLICT',
      `the key ${JSON.stringify(key)} of queue ${queue} belongs to job ${taken.id}, which has another method or other arguments`,
      { context: { queue, key, job: taken.id } },
    );
  }
  return parseJobId(taken.id);
}

/** Two submissions of one key are one when they ask for the same: of the method and the input, as JSON text. */
export function keyDigest(method: string | null, input: string): string {
  return createHash('sha256')
    .update(`${method ?? ''}\n${input}`)
    .digest('base64url');
}

import type { RunId } from '../../../ids.js';
import type { MethodServed } from '../../contract/jobs.js';
import type { Transaction } from '../../sql/transaction.js';
import { type Actor, queueJob } from '../job-states/move.js';
import { jobsWhere } from '../job-states/records.js';

/** Nothing is claimed from the queue until it is resumed; what runs goes on. False when it is paused already. */
export function pauseQueue(tx: Transaction, { by, queue }: { by: Actor; queue: string }): boolean {
  if (by !== '') tx.requireLive(by);
  const changed = tx.db.run(
    `INSERT INTO queues (queue, paused_at, paused_by) VALUES (?, ?, ?)
     ON CONFLICT (queue) DO UPDATE SET paused_at = excluded.paused_at, paused_by = excluded.paused_by
     WHERE paused_at IS NULL`,
    queue,
    tx.now,
    by,
  );
  if (changed > 0) tx.journal(by, { type: 'queue.paused', data: { queue }, ctx: { queue } });
  return changed > 0;
}

/** False when it is not paused. */
export function resumeQueue(tx: Transaction, { by, queue }: { by: Actor; queue: string }): boolean {
  if (by !== '') tx.requireLive(by);
  const changed = tx.db.run(
    'UPDATE queues SET paused_at = NULL, paused_by = NULL WHERE queue = ? AND paused_at IS NOT NULL',
    queue,
  );
  if (changed > 0) tx.journal(by, { type: 'queue.resumed', data: { queue }, ctx: { queue } });
  return changed > 0;
}

/** What a host serves of a queue, by the pool that does. */
export interface Served {
  readonly owner: RunId;
  readonly queue: string;
  readonly path: string;
  /** Null for programs. */
  readonly methods: readonly MethodServed[] | null;
}

const MOST_UNPARKED = 500;

/**
 * A pool of a host serves a queue from now on. What was parked because nobody knew its method, its version or its operation goes on.
 *
 * @returns whether there is more to let go on: then it is called again
 */
export function serveQueue(tx: Transaction, { owner, queue, path, methods }: Served): boolean {
  tx.requireLive(owner);
  tx.db.run(
    `INSERT INTO serving (queue, run_id, path, methods, operations) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (queue, run_id, path) DO UPDATE SET methods = excluded.methods, operations = excluded.operations`,
    queue,
    owner,
    path,
    methods === null ? null : JSON.stringify(methods),
    JSON.stringify(tx.operations.names),
  );
  let left = MOST_UNPARKED;
  for (const { name, version } of methods ?? []) {
    left -= unpark(tx, owner, { queue, reason: 'method', what: name }, left);
    if (version !== null) left -= unpark(tx, owner, { queue, reason: 'version', what: `${name}@${version}` }, left);
  }
  for (const name of tx.operations.names) left -= unpark(tx, owner, { queue, reason: 'operation', what: name }, left);
  return left === 0;
}

function unpark(
  tx: Transaction,
  owner: RunId,
  { queue, reason, what }: { queue: string; reason: 'method' | 'version' | 'operation'; what: string },
  limit: number,
): number {
  const jobs = jobsWhere(
    tx.db,
    'd.parked = ? AND d.parked_for = ? AND d.queue = ? ORDER BY d.rank, j.job LIMIT ?',
    reason,
    what,
    queue,
    limit,
  );
  for (const job of jobs) queueJob(tx, owner, job, 'unparked');
  return jobs.length;
}

/** A pool of a host serves a queue no more. */
export function leaveQueue(tx: Transaction, { owner, queue, path }: Omit<Served, 'methods'>): void {
  tx.db.run('DELETE FROM serving WHERE queue = ? AND run_id = ? AND path = ?', queue, owner, path);
}

/** A host has ended, and serves nothing. */
export function leaveQueues(tx: Transaction, owner: RunId): void {
  tx.db.run('DELETE FROM serving WHERE run_id = ?', owner);
}

import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunId, RunRef } from '../../../ids.js';
import { RUN_STATUSES, RUN_WISHES } from '../../../machines/work/run/status.js';
import type { RunPolicy } from '../../../machines/work/run-policy.js';
import type { SlotStatus } from '../../../machines/work/slot.js';
import type { RunRecord } from '../../contract/runs.js';
import type { Connection } from '../../sql/connection.js';
import { json } from '../../sql/json.js';

const policy = z.object({
  concurrency: z.number(),
  method: z.string().optional(),
  retries: z.number(),
  timeoutMs: z.number().nullable(),
  onLost: z.enum(['retry', 'fail']),
  failFast: z.boolean(),
  reorderWindow: z.number(),
}) satisfies z.ZodType<RunPolicy>;

const counts = {
  succeeded: z.number(),
  failed: z.number(),
  timed_out: z.number(),
  cancelled: z.number(),
  skipped_pruned: z.number(),
} satisfies Record<SlotStatus, z.ZodNumber>;

const COUNTS = 'succeeded, failed, timed_out, cancelled, skipped_pruned';

const runRow = z
  .object({
    run: z.string(),
    name: z.string().nullable(),
    status: z.enum(RUN_STATUSES),
    pool: z.string(),
    policy: json(policy),
    origin: json(z.unknown()),
    total: z.number(),
    position: z.number(),
    owner: z.string().nullable(),
    wish: z.enum(RUN_WISHES).nullable(),
    created_at: z.number(),
    updated_at: z.number(),
    ...counts,
  })
  .transform((row): RunRecord => {
    const { run, name, status, pool, origin, total, position, owner, wish } = row;
    const { succeeded, failed, timed_out, cancelled, skipped_pruned } = row;
    return {
      run,
      name,
      status,
      pool,
      policy: row.policy,
      origin,
      total,
      counts: { succeeded, failed, timed_out, cancelled, skipped_pruned },
      position,
      owner,
      wish,
      createdAt: row.created_at,
      updatedAt: row.updated_at,
    };
  });

const SELECT_RUNS = `SELECT run, name, status, pool, policy, origin, total, position, owner, wish, created_at, updated_at, ${COUNTS}
  FROM runs`;

/** What operations need of a run, read on the hot path. */
const headRow = z.object({
  number: z.number(),
  status: z.enum(RUN_STATUSES),
  owner: z.string().nullable(),
  total: z.number(),
  position: z.number(),
});
export type RunHead = z.infer<typeof headRow>;

export function findRun(db: Connection, { run }: { run: RunRef }): RunRecord | null {
  return db.one(runRow, `${SELECT_RUNS} WHERE run = ? AND removed_at IS NULL`, run) ?? null;
}

export function listRuns(db: Connection): RunRecord[] {
  return db.all(runRow, `${SELECT_RUNS} WHERE removed_at IS NULL ORDER BY created_at DESC, number DESC`);
}

export function findHead(db: Connection, run: RunRef): RunHead | null {
  return (
    db.one(
      headRow,
      'SELECT number, status, owner, total, position FROM runs WHERE run = ? AND removed_at IS NULL',
      run,
    ) ?? null
  );
}

/** @throws `ESP_NOT_FOUND` */
export function requireRun(db: Connection, run: RunRef): RunHead {
  const head = findHead(db, run);
  if (head !== null) return head;
  throw new EspalierError('ESP_NOT_FOUND', `no run ${run} in this store`, { context: { run } });
}

/** @throws `ESP_NOT_FOUND`, or `ESP_OWNED` when the run is another host's */
export function requireOwn(db: Connection, run: RunRef, owner: RunId): RunHead {
  const head = requireRun(db, run);
  if (head.owner === owner) return head;
  throw new EspalierError('ESP_OWNED', `run ${run} belongs to host ${head.owner ?? 'none'}, not to ${owner}`, {
    context: { run, owner: head.owner },
  });
}

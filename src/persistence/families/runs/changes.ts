import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunId, RunRef } from '../../../ids.js';
import type { NewJournalEvent } from '../../../machines/events.js';
import type { RunStatus, RunWish } from '../../../machines/work/run/status.js';
import type { RunRecord } from '../../contract/runs.js';
import { isDuplicate } from '../../sql/failure.js';
import type { Transaction } from '../../sql/transaction.js';
import { findHead, findRun, type RunHead, requireOwn, requireRun } from './records.js';

const endRow = z.object({ ended_at: z.number().nullable() });
const ownerRow = z.object({ owner: z.string() });

export function createRun(
  tx: Transaction,
  run: { run: RunRef; name: string | null; pool: string; policy: string; origin: string; owner: RunId },
): void {
  tx.requireLive(run.owner);
  try {
    tx.db.run(
      `INSERT INTO runs (run, name, status, pool, policy, origin, owner, created_at, updated_at)
       VALUES (?, ?, 'created', ?, ?, ?, ?, ?, ?)`,
      run.run,
      run.name,
      run.pool,
      run.policy,
      run.origin,
      run.owner,
      tx.now,
      tx.now,
    );
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `a run ${run.run} exists already`, { cause });
  }
}

export function addSlots(tx: Transaction, { run, inputs }: { run: RunRef; inputs: readonly string[] }): void {
  const head = requireRun(tx.db, run);
  if (head.owner !== null) tx.requireLive(head.owner);
  if (head.status !== 'created') {
    throw new EspalierError('ESP_CONFLICT', `run ${run} is ${head.status}: slots are added before it starts`);
  }
  let index = head.total;
  for (const input of inputs) {
    tx.db.run(`INSERT INTO jobs (run, idx, state, input) VALUES (?, ?, 'queued', ?)`, head.number, index, input);
    index += 1;
  }
  tx.db.run('UPDATE runs SET total = ?, updated_at = ? WHERE number = ?', index, tx.now, head.number);
}

export function startRun(tx: Transaction, { run, owner }: { run: RunRef; owner: RunId }): boolean {
  tx.requireLive(owner);
  const head = requireOwn(tx.db, run, owner);
  if (head.status !== 'created') return false;
  moveRun(tx, head.number, 'running');
  tx.journal(owner, { type: 'run.started', data: { run, slots: head.total }, ctx: { run } });
  return true;
}

export type Acquired =
  | { readonly ok: true; readonly record: RunRecord }
  | {
      readonly ok: false;
      readonly why: 'missing' | 'incomplete' | 'completed' | 'owned';
      readonly owner: RunId | null;
    };

export function acquireRun(tx: Transaction, { run, owner }: { run: RunRef; owner: RunId }): Acquired {
  tx.requireLive(owner);
  const head = findHead(tx.db, run);
  if (head === null) return { ok: false, why: 'missing', owner: null };
  if (head.status === 'created') return { ok: false, why: 'incomplete', owner: head.owner };
  if (head.status === 'completed') return { ok: false, why: 'completed', owner: head.owner };
  if (ownedByAnother(tx, head, owner)) return { ok: false, why: 'owned', owner: head.owner };
  tx.db.run('UPDATE runs SET owner = ? WHERE number = ?', owner, head.number);
  moveRun(tx, head.number, 'running');
  const record = findRun(tx.db, { run });
  if (record === null) throw new EspalierError('ESP_NOT_FOUND', `no run ${run} in this store`);
  const committed = Object.values(record.counts).reduce((sum, count) => sum + count, 0);
  tx.journal(owner, { type: 'run.continued', data: { run, committed }, ctx: { run } });
  return { ok: true, record };
}

/** Whether a living host other than `owner` holds the run. */
export function ownedByAnother(tx: Transaction, head: RunHead, owner: RunId): boolean {
  if (head.owner === null || head.owner === owner) return false;
  const host = tx.db.one(endRow, 'SELECT ended_at FROM hosts WHERE run_id = ?', head.owner);
  return host !== undefined && host.ended_at === null;
}

/** A status and everything that goes with every change of it. */
export function moveRun(tx: Transaction, number: number, status: RunStatus): void {
  tx.db.run('UPDATE runs SET status = ?, wish = NULL, updated_at = ? WHERE number = ?', status, tx.now, number);
}

export function setRunStatus(
  tx: Transaction,
  args: { run: RunRef; owner: RunId; from: readonly RunStatus[]; to: RunStatus; reason: string | null },
): boolean {
  const { run, owner, from, to } = args;
  tx.requireLive(owner);
  const head = requireOwn(tx.db, run, owner);
  if (!from.includes(head.status)) return false;
  const event = statusEvent(tx, run, to, args.reason ?? 'asked for');
  moveRun(tx, head.number, to);
  tx.journal(owner, event);
  return true;
}

function statusEvent(tx: Transaction, run: RunRef, to: RunStatus, reason: string): NewJournalEvent {
  const ctx = { run };
  switch (to) {
    case 'running':
      return { type: 'run.resumed', data: { run }, ctx };
    case 'paused':
      return { type: 'run.paused', data: { run }, ctx };
    case 'interrupted':
      return { type: 'run.interrupted', data: { run, reason }, ctx };
    case 'stopped':
      return { type: 'run.stopped', data: { run }, ctx };
    case 'completed':
      return { type: 'run.completed', data: { run, counts: finalCounts(tx, run) }, ctx };
    case 'created':
      throw new EspalierError('ESP_INVALID', `run ${run} cannot go back to created`);
    default:
      return to satisfies never;
  }
}

/** `completed` means that every slot is committed: nothing else may say so. */
function finalCounts(tx: Transaction, run: RunRef): RunRecord['counts'] {
  const record = findRun(tx.db, { run });
  const committed = Object.values(record?.counts ?? {}).reduce((sum, count) => sum + count, 0);
  if (record !== null && committed === record.total) return record.counts;
  throw new EspalierError(
    'ESP_CONFLICT',
    `run ${run} is not complete: ${committed} of ${record?.total ?? 0} slots are committed`,
  );
}

const MAKES_SENSE: Readonly<Record<RunWish, string>> = {
  pause: `status = 'running'`,
  resume: `status = 'paused'`,
  stop: `status IN ('running', 'paused')`,
};

/** Journalled for the host that is asked: so it hears of it, whichever process asks. */
export function wishRun(tx: Transaction, { run, wish }: { run: RunRef; wish: RunWish }): boolean {
  const asked = tx.db.one(
    ownerRow,
    `UPDATE runs SET wish = ?, updated_at = ? WHERE run = ? AND ${MAKES_SENSE[wish]}
       AND EXISTS (SELECT 1 FROM hosts WHERE run_id = runs.owner AND ended_at IS NULL)
     RETURNING owner`,
    wish,
    tx.now,
    run,
  );
  if (asked === undefined) return false;
  tx.journal(asked.owner, { type: 'run.asked', data: { run, wish }, ctx: { run } });
  return true;
}

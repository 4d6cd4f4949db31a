import { z } from 'zod';
import {
  type LimitRate,
  type LimitSettings,
  refill,
  type Tokens,
  untilToken,
} from '../../../machines/work/job/limit.js';
import { json } from '../../sql/json.js';
import { nameRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import { type Actor, queueJob } from './move.js';
import { jobsWhere } from './records.js';

const queueRow = z.object({ queue: z.string() });

/** How often, as it is kept. */
export const limitRate = z.object({
  count: z.number(),
  perMs: z.number(),
  burst: z.number(),
}) satisfies z.ZodType<LimitRate>;

const limitRow = z.object({
  name: z.string(),
  concurrency: z.number().nullable(),
  rate: json(limitRate).nullable(),
  tokens: z.number(),
  tokens_at: z.number(),
  held: z.number(),
});

/** What could not be proven gone holds on until it is. */
const SELECT_LIMIT = `SELECT l.name, l.concurrency, l.rate, l.tokens, l.tokens_at,
    (SELECT count(*) FROM limit_holders h JOIN attempts a ON a.id = h.attempt
       LEFT JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id
     WHERE h.name = l.name AND (a.state = 'running' OR p.state = 'suspect')) AS held
  FROM limits l`;

/** What the name of a limit begins with that every job of a queue keeps. */
const OF_QUEUE = 'queue:';

/** What a job keeps: the limits that it names, and that of its queue, which every job of that keeps unasked. */
const KEPT = `SELECT name FROM job_limits WHERE job = ? UNION SELECT '${OF_QUEUE}' || queue FROM job_details WHERE job = ?`;

/** Limits of a job that are set; one that is named and not set allows everything. */
function limitsOf(tx: Transaction, job: number): z.infer<typeof limitRow>[] {
  return tx.db.all(limitRow, `${SELECT_LIMIT} WHERE l.name IN (${KEPT})`, job, job);
}

/** A limit that allows no more now, and until when, if time alone ends that. */
interface FullLimit {
  readonly name: string;
  readonly until: number | null;
}

/** The first limit of a job that allows no attempt of it now. One that only time opens is looked at again when it does. */
export function fullLimit(tx: Transaction, job: number): FullLimit | null {
  for (const { name, concurrency, rate, tokens, tokens_at, held } of limitsOf(tx, job)) {
    if (concurrency !== null && held >= concurrency) return { name, until: null };
    if (rate === null) continue;
    const filled = refill({ tokens, at: tokens_at }, rate, tx.now);
    const waitMs = untilToken(filled, rate);
    if (waitMs === 0) continue;
    wakeAtToken(tx, name, filled, rate);
    return { name, until: tx.now + waitMs };
  }
  return null;
}

/**
 * It is looked at again when it has a token beside those that are `spoken` for. The bucket is kept as it is now: where the clock
 * has gone back, no token would come otherwise until it is where it was.
 */
function wakeAtToken(tx: Transaction, name: string, filled: Tokens, rate: LimitRate, spoken = 0): void {
  const { tokens, at } = filled;
  const wakeAt = tx.now + untilToken({ tokens: tokens - spoken, at }, rate);
  tx.db.run('UPDATE limits SET wake_at = ?, tokens = ?, tokens_at = ? WHERE name = ?', wakeAt, tokens, at, name);
}

/**
 * An attempt begins: it holds the limits of its job until it is proven gone, also one that is set only later, and takes a token
 * of each.
 */
export function takeLimits(tx: Transaction, job: number, attempt: number): void {
  tx.db.run('INSERT INTO limit_holders (name, attempt) SELECT name, ? FROM job_limits WHERE job = ?', attempt, job);
  tx.db.run(
    `INSERT OR IGNORE INTO limit_holders (name, attempt) SELECT l.name, ? FROM limits l
     WHERE l.name = (SELECT '${OF_QUEUE}' || queue FROM job_details WHERE job = ?)`,
    attempt,
    job,
  );
  for (const { name, rate, tokens, tokens_at } of limitsOf(tx, job)) {
    if (rate === null) continue;
    const left = refill({ tokens, at: tokens_at }, rate, tx.now).tokens - 1;
    tx.db.run('UPDATE limits SET tokens = ?, tokens_at = ? WHERE name = ?', left, tx.now, name);
  }
}

/** An attempt has ended: what waits for its limits goes on, as many as there is room for. */
export function releaseLimits(tx: Transaction, by: Actor, attempt: number): void {
  const freed = tx.db.all(
    nameRow,
    `DELETE FROM limit_holders WHERE attempt = ? AND NOT EXISTS (SELECT 1 FROM attempts a
       JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id WHERE a.id = ? AND p.state = 'suspect')
     RETURNING name`,
    attempt,
    attempt,
  );
  for (const { name } of freed) unparkLimited(tx, by, name);
}

/** A job does not start after all that was let go on because there was room for it: that room is for others. */
export function passOnLimits(tx: Transaction, by: Actor, job: number): void {
  const kept = tx.db.all(nameRow, KEPT, job, job);
  for (const { name } of kept) unparkLimited(tx, by, name);
}

/** Released at once of a queue when everything is allowed from now on, so many; each that ends releases the next. */
const MOST_UNPARKED = 500;

/**
 * Lets as many of those that wait for a limit go on as it has room for: the others would only be parked again. As many in each
 * queue: one that is paused, full or served by nobody must not keep the room from the others.
 */
function unparkLimited(tx: Transaction, by: Actor, name: string): void {
  const limit = tx.db.one(limitRow, `${SELECT_LIMIT} WHERE l.name = ?`, name);
  const { concurrency, held } = limit ?? { concurrency: null, held: 0 };
  const places = concurrency === null ? MOST_UNPARKED : Math.min(concurrency - held, MOST_UNPARKED);
  if (places <= 0) return;
  if (limit === undefined || limit.rate === null) {
    for (const queue of queuesAt(tx, name)) unparkIn(tx, by, { name, queue, count: places });
    return;
  }
  const { rate, tokens, tokens_at } = limit;
  const filled = refill({ tokens, at: tokens_at }, rate, tx.now);
  const room = Math.min(places, Math.floor(filled.tokens));
  for (const queue of queuesAt(tx, name)) unparkIn(tx, by, { name, queue, count: room });
  const isLeft = queuesAt(tx, name).length > 0;
  if (isLeft && room < places) wakeAtToken(tx, name, filled, rate, room);
}

/** The queues in which jobs wait for a limit. Found by as many looks as there are queues, however many jobs wait. */
function queuesAt(tx: Transaction, name: string): readonly string[] {
  const first = `SELECT min(queue) FROM job_details WHERE parked = 'limit' AND parked_for = ?`;
  return tx.db
    .all(
      queueRow,
      `WITH RECURSIVE waiting (queue) AS (
         ${first} UNION ALL SELECT (${first} AND queue > w.queue) FROM waiting w WHERE w.queue IS NOT NULL
       ) SELECT queue FROM waiting WHERE queue IS NOT NULL`,
      name,
      name,
    )
    .map(({ queue }) => queue);
}

function unparkIn(
  tx: Transaction,
  by: Actor,
  { name, queue, count }: { readonly name: string; readonly queue: string; readonly count: number },
): void {
  const waiting = jobsWhere(
    tx.db,
    `d.parked = 'limit' AND d.parked_for = ? AND d.queue = ? ORDER BY d.rank, j.job LIMIT ?`,
    name,
    queue,
    count,
  );
  for (const job of waiting) queueJob(tx, by, job, 'unparked');
}

/** Lets go on what waits for limits whose time has come. */
export function wakeLimits(tx: Transaction, by: Actor): void {
  const due = tx.db.all(nameRow, 'UPDATE limits SET wake_at = NULL WHERE wake_at <= ? RETURNING name', tx.now);
  for (const { name } of due) unparkLimited(tx, by, name);
}

/** What runs of a queue when its limit is set holds that. */
function holdOfQueue(tx: Transaction, name: string): void {
  if (!name.startsWith(OF_QUEUE)) return;
  tx.db.run(
    `INSERT OR IGNORE INTO limit_holders (name, attempt) SELECT ?, a.id FROM attempts a JOIN job_details d ON d.job = a.job
     WHERE a.state = 'running' AND a.job IN (SELECT job FROM jobs WHERE run IS NULL AND state = 'running') AND d.queue = ?`,
    name,
    name.slice(OF_QUEUE.length),
  );
}

/** Sets a limit, or takes it away with null. What waits for it is looked at anew. */
export function setLimit(
  tx: Transaction,
  { by, name, settings }: { by: Actor; name: string; settings: LimitSettings | null },
): void {
  if (by !== '') tx.requireLive(by);
  if (settings === null) tx.db.run('DELETE FROM limits WHERE name = ?', name);
  else {
    const { concurrency, rate: wanted } = settings;
    // A bucket begins full, and a new rate leaves what is in it.
    tx.db.run(
      `INSERT INTO limits (name, concurrency, rate, tokens, tokens_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET concurrency = excluded.concurrency, rate = excluded.rate`,
      name,
      concurrency,
      wanted === null ? null : JSON.stringify(wanted),
      wanted?.burst ?? 0,
      tx.now,
    );
    holdOfQueue(tx, name);
  }
  tx.journal(by, { type: 'limit.changed', data: { name } });
  unparkLimited(tx, by, name);
}

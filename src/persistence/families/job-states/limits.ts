import { z } from 'zod';
import { type LimitRate, type LimitSettings, refill, untilToken } from '../../../machines/work/job/limit.js';
import { json } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import { type Actor, queueJob } from './move.js';
import { jobsWhere } from './records.js';

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

/** Limits of a job that are set; one that is named and not set allows everything. */
function limitsOf(tx: Transaction, job: number): z.infer<typeof limitRow>[] {
  return tx.db.all(limitRow, `${SELECT_LIMIT} JOIN job_limits jl ON jl.name = l.name WHERE jl.job = ?`, job);
}

/** The first limit of a job that allows no attempt of it now. One that only time opens is looked at again when it does. */
export function fullLimit(tx: Transaction, job: number): string | null {
  for (const { name, concurrency, rate, tokens, tokens_at, held } of limitsOf(tx, job)) {
    if (concurrency !== null && held >= concurrency) return name;
    if (rate === null) continue;
    const waitMs = untilToken(refill({ tokens, at: tokens_at }, rate, tx.now), rate);
    if (waitMs === 0) continue;
    tx.db.run('UPDATE limits SET wake_at = ? WHERE name = ?', tx.now + waitMs, name);
    return name;
  }
  return null;
}

/** An attempt begins: it holds the limits of its job until it is proven gone, and takes a token of each. */
export function takeLimits(tx: Transaction, job: number, attempt: number): void {
  for (const { name, rate, tokens, tokens_at } of limitsOf(tx, job)) {
    tx.db.run('INSERT INTO limit_holders (name, attempt) VALUES (?, ?)', name, attempt);
    if (rate === null) continue;
    const left = refill({ tokens, at: tokens_at }, rate, tx.now).tokens - 1;
    tx.db.run('UPDATE limits SET tokens = ?, tokens_at = ? WHERE name = ?', left, tx.now, name);
  }
}

/** An attempt has ended: what waits for its limits goes on, as many as there is room for. */
export function releaseLimits(tx: Transaction, by: Actor, attempt: number): void {
  const freed = tx.db.all(
    z.object({ name: z.string() }),
    `DELETE FROM limit_holders WHERE attempt = ? AND NOT EXISTS (SELECT 1 FROM attempts a
       JOIN processes p ON p.run_id = a.owner AND p.spawn_id = a.spawn_id WHERE a.id = ? AND p.state = 'suspect')
     RETURNING name`,
    attempt,
    attempt,
  );
  for (const { name } of freed) unparkLimited(tx, by, name);
}

/** Released at once when everything is allowed from now on, so many; the next end or tick releases the next. */
const MOST_UNPARKED = 500;

/** Lets as many of those that wait for a limit go on as it has room for: the others would only be parked again. */
function unparkLimited(tx: Transaction, by: Actor, name: string): number {
  const room = roomOf(tx, name);
  if (room <= 0) return 0;
  const waiting = jobsWhere(
    tx.db,
    `d.parked = 'limit' AND d.parked_for = ? ORDER BY d.rank, j.job LIMIT ?`,
    name,
    Math.min(room, MOST_UNPARKED),
  );
  for (const job of waiting) queueJob(tx, by, job, 'unparked');
  return waiting.length;
}

/** How many more attempts a limit allows at this moment. */
function roomOf(tx: Transaction, name: string): number {
  const limit = tx.db.one(limitRow, `${SELECT_LIMIT} WHERE l.name = ?`, name);
  if (limit === undefined) return MOST_UNPARKED;
  const { concurrency, rate, tokens, tokens_at, held } = limit;
  const places = concurrency === null ? MOST_UNPARKED : concurrency - held;
  return rate === null ? places : Math.min(places, Math.floor(refill({ tokens, at: tokens_at }, rate, tx.now).tokens));
}

/** Lets go on what waits for limits whose time has come. */
export function wakeLimits(tx: Transaction, by: Actor): void {
  const due = tx.db.all(
    z.object({ name: z.string() }),
    'UPDATE limits SET wake_at = NULL WHERE wake_at <= ? RETURNING name',
    tx.now,
  );
  for (const { name } of due) unparkLimited(tx, by, name);
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
  }
  tx.journal(by, { type: 'limit.changed', data: { name } });
  unparkLimited(tx, by, name);
}

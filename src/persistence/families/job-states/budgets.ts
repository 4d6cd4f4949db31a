import { z } from 'zod';
import type { RunId } from '../../../ids.js';
import { type AttemptRef, type JobId, jobContext } from '../../../machines/ids/job-id.js';
import { fits, isExceeded, isNearlySpent, use } from '../../../machines/work/job/budget.js';
import type { Amounts } from '../../../machines/work/job/policy.js';
import type { Connection } from '../../sql/connection.js';
import { idRow, jobNumberRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import { wishEnd } from './ends.js';
import { type Actor, type Parking, queueJob } from './move.js';
import { type JobRow, jobOf, jobsWhere } from './records.js';

const spentRow = z.object({ amount: z.number(), reserved: z.number() });

const budgetRow = z
  .object({
    job: z.number(),
    id: z.string(),
    unit: z.string(),
    most: z.number(),
    spent: z.number(),
    reserved: z.number(),
    warned: z.number(),
  })
  .transform(({ warned, ...rest }) => ({ ...rest, warned: warned === 1 }));

type BudgetRow = z.infer<typeof budgetRow>;

/** A job and all above it. */
const LINE = `WITH RECURSIVE line (job) AS (
    SELECT ? UNION SELECT d.parent FROM line l JOIN job_details d ON d.job = l.job WHERE d.parent IS NOT NULL
  )`;

/** The budgets that hold for a job (`CROSS JOIN`: SQLite would begin with all there are): its own, and those of the jobs above it. */
export function budgetsAbove(db: Connection, job: number): BudgetRow[] {
  return db.all(
    budgetRow,
    `${LINE} SELECT b.job, j.id, b.unit, b.most, b.spent, b.reserved, b.warned
     FROM line l CROSS JOIN budgets b ON b.job = l.job CROSS JOIN jobs j ON j.job = b.job ORDER BY b.job, b.unit`,
    job,
  );
}

/** What was set for a job itself, and for all below it. */
export function ownBudgets(db: Connection, job: number): Pick<BudgetRow, 'unit' | 'most' | 'spent' | 'reserved'>[] {
  const form = z.object({ unit: z.string(), most: z.number(), spent: z.number(), reserved: z.number() });
  return db.all(form, 'SELECT unit, most, spent, reserved FROM budgets WHERE job = ? ORDER BY unit', job);
}

/** What all attempts of a job have used. */
export function usedBy(db: Connection, job: number): Amounts {
  const used = db.all(
    z.object({ unit: z.string(), amount: z.number() }),
    `SELECT u.unit, sum(u.amount) AS amount FROM attempts a JOIN usage u ON u.attempt = a.id
     WHERE a.job = ? GROUP BY u.unit ORDER BY u.unit`,
    job,
  );
  return Object.fromEntries(used.map(({ unit, amount }) => [unit, amount]));
}

/** Why a job cannot begin for what it may cost; null when it can. */
export function overBudget(tx: Transaction, { job, policy }: Pick<JobRow, 'job' | 'policy'>): Parking | null {
  const full = budgetsAbove(tx.db, job).find((one) => !fits(one, policy.reserve[one.unit] ?? 0));
  return full === undefined ? null : { reason: 'budget', for: full.id, until: null };
}

/** An attempt begins: what its job reserves is held for it. */
export function takeReserve(tx: Transaction, { job, policy }: JobRow, attempt: number): void {
  for (const [unit, amount] of Object.entries(policy.reserve)) {
    if (amount === 0) continue;
    tx.db.run('INSERT INTO usage (attempt, unit, reserved) VALUES (?, ?, ?)', attempt, unit, amount);
    addToBudgets(tx, job, unit, { spent: 0, reserved: amount });
  }
}

function addToBudgets(
  tx: Transaction,
  job: number,
  unit: string,
  { spent, reserved }: { readonly spent: number; readonly reserved: number },
): void {
  tx.db.run(
    `${LINE} UPDATE budgets SET spent = spent + ?, reserved = max(0, reserved + ?)
     WHERE unit = ? AND job IN (SELECT job FROM line)`,
    job,
    spent,
    reserved,
    unit,
  );
}

const usageRow = z.object({ unit: z.string(), amount: z.number(), reserved: z.number() });

function usageOf(tx: Transaction, attempt: number): z.infer<typeof usageRow>[] {
  return tx.db.all(usageRow, 'SELECT unit, amount, reserved FROM usage WHERE attempt = ? ORDER BY unit', attempt);
}

/** What is held for an attempt that has ended is free; what waits for it goes on. */
export function freeReserve(tx: Transaction, by: Actor, job: number, attempt: number): void {
  const held = usageOf(tx, attempt).filter(({ reserved }) => reserved > 0);
  if (held.length === 0) return;
  for (const { unit, reserved } of held) addToBudgets(tx, job, unit, { spent: 0, reserved: -reserved });
  tx.db.run('UPDATE usage SET reserved = 0 WHERE attempt = ?', attempt);
  for (const id of new Set(budgetsAbove(tx.db, job).map((one) => one.id))) unparkWithin(tx, by, id);
}

const attemptRow = z.object({ id: z.number(), job: z.number() });

function attemptOf(tx: Transaction, { jobId, epoch }: Pick<AttemptRef, 'jobId' | 'epoch'>) {
  return tx.db.one(
    attemptRow,
    'SELECT a.id, a.job FROM jobs j JOIN attempts a ON a.job = j.job WHERE j.id = ? AND a.epoch = ?',
    jobId,
    epoch,
  );
}

/**
 * Notes what an attempt has used in all, also one that is over by now: what was spent was spent. What follows from that is for
 * `keepWithin`. Answers the number of its job; null when nothing was told, or nobody knows the attempt any more.
 */
export function noteUsage(tx: Transaction, attempt: AttemptRef, told: Amounts): number | null {
  if (Object.keys(told).length === 0) return null;
  const found = attemptOf(tx, attempt);
  if (found === undefined) return null;
  const { id, job } = found;
  const before = new Map(usageOf(tx, id).map((row) => [row.unit, row]));
  for (const [unit, amount] of Object.entries(told)) {
    const was = before.get(unit) ?? { amount: 0, reserved: 0 };
    const now = use(was, amount);
    tx.db.run(
      `INSERT INTO usage (attempt, unit, amount, reserved) VALUES (?, ?, ?, ?)
       ON CONFLICT (attempt, unit) DO UPDATE SET amount = excluded.amount, reserved = excluded.reserved`,
      id,
      unit,
      now.amount,
      now.reserved,
    );
    addToBudgets(tx, job, unit, { spent: now.amount - was.amount, reserved: now.reserved - was.reserved });
  }
  return job;
}

/** Tells which budgets above a job are nearly used up, and ends the families of those that are. */
export function keepWithin(tx: Transaction, by: Actor, job: number): void {
  for (const budget of budgetsAbove(tx.db, job)) {
    if (!budget.warned && isNearlySpent(budget)) warn(tx, by, budget);
    if (isExceeded(budget)) endFamily(tx, by, budget);
  }
}

function warn(tx: Transaction, by: Actor, budget: BudgetRow): void {
  tx.db.run('UPDATE budgets SET warned = 1 WHERE job = ? AND unit = ?', budget.job, budget.unit);
  tx.journal(by, { type: 'budget.warned', ...told(tx, budget) });
}

function told({ db }: Transaction, { job, unit, spent, most }: BudgetRow) {
  const jobId = jobOf(db, job)?.jobId;
  if (jobId === undefined) throw new TypeError(`the budget of job ${job} is of no job`);
  return { data: { jobId, unit, spent, most }, ctx: jobContext(jobId) };
}

/** Unfinished jobs of a family, those that are furthest below first. */
const FAMILY = `WITH RECURSIVE family (job, depth) AS (
    SELECT ?, 0 UNION ALL SELECT d.job, f.depth + 1 FROM family f JOIN job_details d ON d.parent = f.job
  ) SELECT f.job FROM family f JOIN jobs j ON j.job = f.job JOIN job_details d ON d.job = f.job
  WHERE j.state IN ('created', 'blocked', 'parked', 'queued', 'running', 'waiting') AND d.wanted IS NULL
  ORDER BY f.depth DESC, f.job`;

function endFamily(tx: Transaction, by: Actor, budget: BudgetRow): void {
  const family = tx.db.all(jobNumberRow, FAMILY, budget.job);
  if (family.length === 0) return;
  const { unit, spent, most } = budget;
  tx.journal(by, { type: 'budget.exceeded', ...told(tx, budget) });
  const reason = `${spent} ${unit} of ${most}${family.some(({ job }) => job === budget.job) ? '' : ` of job ${budget.id}`}`;
  for (const { job } of family) {
    // As it stands now: the end of one is felt by others of its family.
    const now = jobOf(tx.db, job);
    if (now !== null) wishEnd(tx, by, now, { wanted: 'budget', reason });
  }
}

/** Jobs that are looked at, at most, when a budget has room again. */
const MOST_LOOKED_AT = 500;

/** Lets go on what waits for the budget of a job, as much as it has room for; a tick looks at the rest. */
function unparkWithin(tx: Transaction, by: Actor, id: string): void {
  const waiting = jobsWhere(
    tx.db,
    `d.parked = 'budget' AND d.parked_for = ? ORDER BY d.rank, j.job LIMIT ${MOST_LOOKED_AT}`,
    id,
  );
  const promised = new Map<string, number>();
  for (const job of waiting) {
    const all = budgetsAbove(tx.db, job.job);
    const goes = all.every((one) => {
      const before = promised.get(`${one.job} ${one.unit}`) ?? 0;
      return fits({ ...one, reserved: one.reserved + before }, job.policy.reserve[one.unit] ?? 0);
    });
    if (!goes || !queueJob(tx, by, job, 'unparked')) continue;
    for (const { job: of, unit } of all) {
      const key = `${of} ${unit}`;
      promised.set(key, (promised.get(key) ?? 0) + (job.policy.reserve[unit] ?? 0));
    }
  }
}

/** Looks again at what waits for a budget: what was let go on before it may not have started, and others may. */
export function wakeBudgets(tx: Transaction, by: Actor): void {
  const first = `SELECT min(parked_for) FROM job_details WHERE parked = 'budget'`;
  const names = tx.db.all(
    idRow,
    `WITH RECURSIVE waiting (id) AS (
       ${first} UNION ALL SELECT (${first} AND parked_for > w.id) FROM waiting w WHERE w.id IS NOT NULL
     ) SELECT id FROM waiting WHERE id IS NOT NULL`,
  );
  for (const { id } of names) unparkWithin(tx, by, id);
}

/** An attempt tells what it has used in all. Never fenced: what a late one has spent was spent. */
export function spend(
  tx: Transaction,
  { owner, attempt, amounts }: { owner: RunId; attempt: AttemptRef; amounts: Amounts },
): void {
  const job = noteUsage(tx, attempt, amounts);
  if (job !== null) keepWithin(tx, owner, job);
}

/** The claim of an attempt of which nothing ran is given back, and with it what was held for it. */
export function freeReserveOf(tx: Transaction, by: Actor, claim: AttemptRef): void {
  const found = attemptOf(tx, claim);
  if (found !== undefined) freeReserve(tx, by, found.job, found.id);
}

/** Sets what a job and all below it may use; what waits for that is looked at anew, and what is over it by now ends. */
export function setBudgetOf(
  tx: Transaction,
  by: Actor,
  { job, jobId }: { job: number; jobId: JobId },
  most: Amounts,
): void {
  for (const [unit, amount] of Object.entries(most)) {
    const spent = spentBelow(tx, job, unit);
    tx.db.run(
      `INSERT INTO budgets (job, unit, most, spent, reserved) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (job, unit) DO UPDATE SET most = excluded.most, warned = 0`,
      job,
      unit,
      amount,
      spent.amount,
      spent.reserved,
    );
  }
  tx.journal(by, { type: 'budget.changed', data: { jobId, budget: most }, ctx: jobContext(jobId) });
  keepWithin(tx, by, job);
  unparkWithin(tx, by, jobId);
}

/** What was used before there was a budget counts too. */
function spentBelow(tx: Transaction, job: number, unit: string): { amount: number; reserved: number } {
  const found = tx.db.one(
    spentRow,
    `WITH RECURSIVE family (job) AS (SELECT ? UNION ALL SELECT d.job FROM family f JOIN job_details d ON d.parent = f.job)
     SELECT coalesce(sum(u.amount), 0) AS amount, coalesce(sum(u.reserved), 0) AS reserved
     FROM family f CROSS JOIN attempts a ON a.job = f.job CROSS JOIN usage u ON u.attempt = a.id WHERE u.unit = ?`,
    job,
    unit,
  );
  return found ?? { amount: 0, reserved: 0 };
}

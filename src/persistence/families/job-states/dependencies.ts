import { z } from 'zod';
import type { JobId } from '../../../machines/ids/job-id.js';
import { isEnded } from '../../../machines/work/job/states.js';
import { jobNumberRow } from '../../sql/rows.js';
import type { Transaction } from '../../sql/transaction.js';
import { type JobRow, jobsWhere, requireJob } from './records.js';

const needsRow = z.object({ needs: z.number() });

/** Writes what a job waits for. @throws `ESP_NOT_FOUND` for a job that is not there */
export function addDependencies(tx: Transaction, job: number, after: readonly JobId[]): void {
  for (const id of new Set(after)) {
    const needed = requireJob(tx.db, id);
    tx.db.run(
      'INSERT INTO dependencies (job, needs, met) VALUES (?, ?, ?)',
      job,
      needed.job,
      isEnded(needed.state) ? 1 : 0,
    );
  }
}

/** What an attempt of a job ended to wait for, and what that comes after in turn, by their numbers. */
export function neededSince(tx: Transaction, job: number, attempt: number): ReadonlySet<number> {
  const needed = new Set<number>();
  const add = (sql: string, ...values: readonly number[]) => {
    for (const row of tx.db.all(needsRow, sql, ...values)) needed.add(row.needs);
  };
  add('SELECT needs FROM dependencies WHERE job = ? AND awaited_by = ?', job, attempt);
  for (const one of needed) add('SELECT needs FROM dependencies WHERE job = ? AND met = 0', one);
  return needed;
}

/** A job has ended. Answers the numbers of those that waited for it. */
export function meetDependency(tx: Transaction, ended: number): readonly number[] {
  return tx.db
    .all(jobNumberRow, 'UPDATE dependencies SET met = 1 WHERE needs = ? AND met = 0 RETURNING job', ended)
    .map(({ job }) => job);
}

/** Whether a blocked job goes on: not yet, now, or not any more, because of a job that did not succeed. */
export type Prospect =
  | { readonly type: 'waits' }
  | { readonly type: 'goes' }
  | { readonly type: 'fails'; readonly because: JobRow };

const unmetRow = z.object({ unmet: z.number() });

/** How a blocked job stands to what it waits for. */
export function prospectOf(tx: Transaction, { job, policy }: Pick<JobRow, 'job' | 'policy'>): Prospect {
  const because = policy.onDependency === 'fail' ? failedDependency(tx, job) : undefined;
  if (because !== undefined) return { type: 'fails', because };
  const found = tx.db.one(unmetRow, 'SELECT count(*) AS unmet FROM dependencies WHERE job = ? AND met = 0', job);
  return { type: found?.unmet === 0 ? 'goes' : 'waits' };
}

function failedDependency(tx: Transaction, job: number): JobRow | undefined {
  const [failed] = jobsWhere(
    tx.db,
    `j.job IN (SELECT needs FROM dependencies WHERE job = ? AND met = 1) AND j.state <> 'succeeded' LIMIT 1`,
    job,
  );
  return failed;
}

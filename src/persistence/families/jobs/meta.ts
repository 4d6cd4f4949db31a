import { z } from 'zod';
import { readJson } from '../../../json/read.js';
import type { Transaction } from '../../sql/transaction.js';

const metaObject = z.record(z.string(), z.unknown());

/** Writes down the texts, numbers and booleans at the top of the meta of a job, by which it is found. Other values are not. */
export function insertMeta(tx: Transaction, job: number, meta: string | null): void {
  const { data } = metaObject.safeParse(meta === null ? null : readJson(meta));
  for (const [field, value] of Object.entries(data ?? {})) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    tx.db.run('INSERT INTO job_meta (field, value, job) VALUES (?, ?, ?)', field, String(value), job);
  }
}

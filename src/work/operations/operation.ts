import type { JobSpec } from '../jobs/spec.js';

/** What a statement takes for its placeholders. */
export type OperationValue = string | number | null | Uint8Array;

/** What an operation works with, while it runs. */
export interface OperationTx {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly db: {
    /** Runs a statement that gives no rows; answers how many it changed. */
    run(sql: string, ...values: readonly OperationValue[]): number;
    get(sql: string, ...values: readonly OperationValue[]): Record<string, unknown> | undefined;
    all(sql: string, ...values: readonly OperationValue[]): Record<string, unknown>[];
  };
  /** Submits a job with what the operation writes: both are kept, or neither. `queue` is a whole name, or `/path` of a pool. */
  submit(spec: JobSpec): { readonly id: string; readonly existing: boolean };
}

/** What an operation belongs to. */
export interface OperationContext {
  /** The job whose success it is done with; null when it is called by itself. */
  readonly job: string | null;
  /** What that job came to. */
  readonly result: unknown;
}

/**
 * A function that a module of operations exports: it runs at once, in the transaction of the store, and may be run more than
 * once for one commit. So it does nothing but read and write `tx.db`, and answers a JSON value. What it throws undoes it.
 *
 * @example
 * import type { Operation } from 'espalier';
 * export const book: Operation = (tx, args, { job }) => {
 *   tx.db.run('CREATE TABLE IF NOT EXISTS app_bookings (job TEXT PRIMARY KEY, what TEXT)');
 *   tx.db.run('INSERT INTO app_bookings (job, what) VALUES (?, ?)', job, JSON.stringify(args));
 *   return null;
 * };
 */
export type Operation = (tx: OperationTx, args: never, context: OperationContext) => unknown;

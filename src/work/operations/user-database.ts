import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import type { Connection, SqlValue } from '../../persistence/sql/connection.js';
import { isOwn, isOwnTable, kindOf, type Step, writtenBy } from './allowed.js';

const stepRow = z.object({
  opcode: z.string(),
  p1: z.number(),
  p2: z.number(),
  p3: z.number(),
}) satisfies z.ZodType<Step>;
const tableRow = z.object({ tbl_name: z.string() });
const anyRow = z.record(z.string(), z.unknown());

/**
 * The store's database in the hands of an operation of the user's: everything is read, and tables whose names begin with `app_`
 * are made and written. Statements that write anything else, or touch the transaction, are refused.
 */
export class UserDatabase {
  /** Statements that were looked at and may be run. */
  readonly #known = new Set<string>();
  #db: Connection | null = null;

  /** Begins an operation; its end is the disposal. What holds on to the database beyond it is refused. */
  lend(db: Connection): Disposable {
    this.#db = db;
    return {
      [Symbol.dispose]: () => {
        this.#db = null;
      },
    };
  }

  /** Runs a statement that gives no rows. Answers how many rows it changed. @throws EspalierError `ESP_INVALID` for one that it may not run */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#checked(sql, values).run(sql, ...values);
  }

  /** The first row; undefined when there is none. */
  get(sql: string, ...values: readonly SqlValue[]): Record<string, unknown> | undefined {
    return this.#checked(sql, values).one(anyRow, sql, ...values);
  }

  /** All rows. */
  all(sql: string, ...values: readonly SqlValue[]): Record<string, unknown>[] {
    return this.#checked(sql, values).all(anyRow, sql, ...values);
  }

  #checked(sql: string, values: readonly SqlValue[]): Connection {
    const db = this.#db;
    if (db === null) throw new EspalierError('ESP_INVALID', 'the operation is over: tx.db is there only while it runs');
    // A full disk ends the transaction by itself, and the operation may not have looked.
    if (!db.inTransaction) {
      throw new EspalierError(
        'ESP_STORE_UNUSABLE',
        'the transaction of the operation has ended: nothing of it was kept',
      );
    }
    if (this.#known.has(sql)) return db;
    const kind = kindOf(sql);
    switch (kind) {
      case 'table':
        if (isOwnTable(sql)) return db;
        throw refused(
          sql,
          "it may make, change and drop tables and indexes whose names begin with 'app_', which point to no others",
        );
      case 'rows':
        this.#checkRows(db, sql, values);
        this.#known.add(sql);
        return db;
      case 'refused':
        throw refused(
          sql,
          'it may read and write rows, and make tables of its own: the transaction and the settings are not its own',
        );
      default:
        return kind satisfies never;
    }
  }

  #checkRows(db: Connection, sql: string, values: readonly SqlValue[]): void {
    const steps = db.all(stepRow, `EXPLAIN ${sql}`, ...values);
    const written = writtenBy(steps, (page) => tableAt(db, page));
    const other = written?.find((table) => !isOwn(table));
    if (written !== null && other === undefined) return;
    throw refused(sql, `it writes ${other ?? 'more than rows'}: its tables are those whose names begin with 'app_'`);
  }
}

function tableAt(db: Connection, page: number): string | null {
  return db.one(tableRow, 'SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?', page)?.tbl_name ?? null;
}

function refused(sql: string, why: string): EspalierError {
  return new EspalierError('ESP_INVALID', `an operation may not run "${sql.trim().slice(0, 100)}": ${why}`);
}

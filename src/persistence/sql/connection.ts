import type Database from 'better-sqlite3';
import { z } from 'zod';
import { waitForLock } from './lock.js';

/** What a statement takes for its placeholders. */
export type SqlValue = string | number | null | Uint8Array;

/**
 * One connection to the store, inside a thread: statements are prepared once, and what comes out of the database is
 * parsed before anything else sees it.
 */
export class Connection {
  readonly #database: Database.Database;
  readonly #lockMs: number;
  readonly #onHeld: (() => void) | undefined;
  readonly #statements = new Map<string, Database.Statement>();

  /**
   * @param lockMs how long `begin` waits for other connections, in milliseconds
   * @param onHeld hears when that takes long
   */
  constructor(database: Database.Database, lockMs = 0, onHeld?: () => void) {
    this.#database = database;
    this.#lockMs = lockMs;
    this.#onHeld = onHeld;
  }

  /** Whether a transaction is open. SQLite ends one by itself when, for instance, the disk is full. */
  get inTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Runs a statement that gives no rows. Answers how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    return this.#prepared(sql).run(...values).changes;
  }

  /** Inserts a row. Answers its rowid. */
  insert(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.#prepared(sql).run(...values).lastInsertRowid);
  }

  /** The first row, if there is one. */
  one<T>(row: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T | undefined {
    const found = this.#prepared(sql).get(...values);
    return found === undefined ? undefined : row.parse(found);
  }

  /** All rows. */
  all<T>(row: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): T[] {
    return this.#prepared(sql)
      .all(...values)
      .map((found) => row.parse(found));
  }

  /** Rows as they come, for what may be too much to hold. */
  *each<T>(row: z.ZodType<T>, sql: string, ...values: readonly SqlValue[]): Generator<T, void, undefined> {
    const kept = this.#prepared(sql);
    // One that is in the middle of its rows cannot be used a second time.
    const statement = kept.busy ? this.#database.prepare(sql) : kept;
    for (const found of statement.iterate(...values)) yield row.parse(found);
  }

  /** Runs SQL text of several statements. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** The schema's version. */
  version(): number {
    return z.number().parse(this.#database.pragma('user_version', { simple: true }));
  }

  /** Whose database it is. */
  applicationId(): number {
    return z.number().parse(this.#database.pragma('application_id', { simple: true }));
  }

  /** Changes when another connection has committed. Comparable on one connection only. */
  dataVersion(): number {
    return z.number().parse(this.#database.pragma('data_version', { simple: true }));
  }

  begin(): void {
    waitForLock(this.#lockMs, () => this.#prepared('BEGIN IMMEDIATE').run(), this.#onHeld);
  }

  commit(): void {
    this.#prepared('COMMIT').run();
  }

  /** Ends a transaction that SQLite may already have ended. */
  rollback(): void {
    if (this.inTransaction) this.#prepared('ROLLBACK').run();
  }

  savepoint(): void {
    this.#prepared('SAVEPOINT operation').run();
  }

  release(): void {
    this.#prepared('RELEASE operation').run();
  }

  /** Undoes what came after the savepoint, and removes it. */
  rollbackToSavepoint(): void {
    this.#prepared('ROLLBACK TO operation').run();
    this.release();
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepared(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

import Database from 'better-sqlite3';
import { migrate } from '../../src/persistence/schema/migrate.js';
import { MIGRATIONS } from '../../src/persistence/schema/migrations.js';
import { Connection } from '../../src/persistence/sql/connection.js';
import { type Outcome, runGroup } from '../../src/persistence/writer/group.js';
import type { OperationCall } from '../../src/persistence/writer/operations.js';
import { Look, type Seen } from './seen.js';

/** What the text of a statement is to be instead, while operations of these names are performed; as it is without. */
export type Rewrite = (sql: string, playing: readonly string[]) => string;

/** A connection whose commits can fail, and whose statements can be made wrong. */
class SimConnection extends Connection {
  /** The next commit fails, as on a full disk. */
  commitFails = false;
  playing: readonly string[] = [];
  readonly #rewrite: Rewrite;

  constructor(database: Database.Database, rewrite: Rewrite) {
    super(database);
    this.#rewrite = rewrite;
  }

  override run(sql: string, ...values: Parameters<Connection['run']> extends [string, ...infer V] ? V : never): number {
    return super.run(this.#rewrite(sql, this.playing), ...values);
  }

  override insert(sql: string, ...values: Parameters<Connection['run']> extends [string, ...infer V] ? V : never) {
    return super.insert(this.#rewrite(sql, this.playing), ...values);
  }

  override one<T>(...[row, sql, ...values]: Parameters<typeof Connection.prototype.one<T>>): T | undefined {
    return super.one(row, this.#rewrite(sql, this.playing), ...values);
  }

  override all<T>(...[row, sql, ...values]: Parameters<typeof Connection.prototype.all<T>>): T[] {
    return super.all(row, this.#rewrite(sql, this.playing), ...values);
  }

  override commit(): void {
    if (this.commitFails) throw Object.assign(new Error('the disk is full'), { code: 'SQLITE_FULL' });
    super.commit();
  }
}

/** The tables that are read and written, what is pointed to first. */
const TABLES = [
  ...['hosts', 'jobs', 'job_details', 'attempts', 'processes', 'startable', 'job_keys', 'dependencies', 'queues'],
  ...['questions', 'queue_counts', 'serving', 'limits', 'job_limits', 'limit_holders'],
] as const;

/** All rows of all tables. */
export type Saved = readonly (readonly (readonly unknown[])[])[];

/** A store in memory, with the real schema, on which the real operations are performed as the writer performs them. */
export class SimStore {
  readonly #database = new Database(':memory:');
  readonly #db: SimConnection;
  readonly #look: Look;
  readonly #tables: readonly {
    readonly read: Database.Statement<[], unknown[]>;
    readonly empty: Database.Statement;
    readonly write: Database.Statement;
  }[];

  constructor(rewrite: Rewrite = (sql) => sql) {
    this.#db = new SimConnection(this.#database, rewrite);
    migrate(this.#db, MIGRATIONS, 0, 'sim');
    this.#look = new Look(this.#database);
    this.#tables = TABLES.map((table) => {
      const read = this.#database.prepare<[], unknown[]>(`SELECT * FROM ${table}`);
      const places = read.columns().map(() => '?');
      return {
        read: read.raw(),
        empty: this.#database.prepare(`DELETE FROM ${table}`),
        write: this.#database.prepare(`INSERT INTO ${table} VALUES (${places.join(', ')})`),
      };
    });
  }

  /** Performs operations in one transaction; its commit may fail. */
  play(calls: readonly OperationCall[], now: number, { commitFails = false } = {}): readonly Outcome[] {
    this.#db.commitFails = commitFails;
    this.#db.playing = calls.map(({ name }) => name);
    const { outcomes } = runGroup(this.#db, calls, now, 'sim');
    this.#db.commitFails = false;
    return outcomes;
  }

  look(): Seen {
    return this.#look.all();
  }

  save(): Saved {
    return this.#tables.map(({ read }) => read.all());
  }

  /** Only what is in the tables: what was journalled is forgotten. */
  load(saved: Saved): void {
    // With the foreign keys as they are: to change that would make every statement anew.
    this.#database.exec('BEGIN; DELETE FROM events');
    for (const { empty } of this.#tables.toReversed()) empty.run();
    for (const [index, { write }] of this.#tables.entries()) {
      for (const row of saved[index] ?? []) write.run(...row);
    }
    this.#database.exec('COMMIT');
  }

  clear(): void {
    this.load([]);
  }

  close(): void {
    this.#db.close();
  }
}

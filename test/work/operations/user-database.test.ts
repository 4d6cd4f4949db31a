import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../../src/persistence/sql/connection.js';
import { UserDatabase } from '../../../src/work/operations/user-database.js';

/** A database with a table of ours and one of the user's, in the hands of an operation. */
function lent() {
  const raw = new Database(':memory:');
  onTestFinished(() => void raw.close());
  raw.exec(`CREATE TABLE jobs (job INTEGER PRIMARY KEY, state TEXT); INSERT INTO jobs VALUES (1, 'queued');
    CREATE TABLE app_seats (seat INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT UNIQUE);
    CREATE INDEX app_by_who ON app_seats (who); CREATE TABLE app_log (line TEXT);
    CREATE TRIGGER app_bad AFTER INSERT ON app_log BEGIN UPDATE jobs SET state = 'x'; END;`);
  raw.exec('BEGIN');
  const db = new UserDatabase();
  const loan = db.lend(new Connection(raw));
  return { db, loan, raw };
}

const refusal = (act: () => unknown): string => {
  try {
    act();
    return 'done';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

describe('an operation', () => {
  it.each([
    `INSERT INTO app_seats (who) VALUES ('ada')`,
    `INSERT INTO app_seats (who) VALUES ('ada') ON CONFLICT (who) DO UPDATE SET who = 'x'`,
    `REPLACE INTO app_seats (seat, who) VALUES (1, 'ada')`,
    `UPDATE app_seats SET who = 'ada' WHERE seat = 1`,
    `/* mine */ WITH s AS (SELECT 1 AS x) DELETE FROM app_seats WHERE seat IN (SELECT x FROM s)`,
    'DELETE FROM app_seats',
    `INSERT INTO app_seats (who) SELECT state FROM jobs`,
    'CREATE TABLE IF NOT EXISTS app_more (a TEXT, b REFERENCES app_seats (seat))',
    'CREATE TABLE app_more (b REFERENCES  "app_seats")',
    'CREATE UNIQUE INDEX app_i ON app_seats (seat)',
    'ALTER TABLE app_seats ADD COLUMN paid INTEGER',
    'DROP TABLE app_seats',
  ])('writes what is its own: %s', (sql) => {
    const { db } = lent();
    expect(refusal(() => db.run(sql))).toBe('done');
  });

  it.each([
    `UPDATE jobs SET state = 'running'`,
    'DELETE FROM jobs',
    `WITH s AS (SELECT 1 AS x) INSERT INTO jobs (job) SELECT x + 5 FROM s`,
    `REPLACE INTO jobs (job, state) VALUES (1, 'x')`,
    `INSERT INTO app_log (line) VALUES ('by way of a trigger')`,
    'CREATE TABLE mine (a)',
    'CREATE TABLE app_y (a REFERENCES jobs (job))',
    'CREATE TABLE app_y (a REFERENCES "jobs" (job))',
    'CREATE TABLE app_y (a REFERENCES"jobs")',
    'CREATE TABLE app_y (a REFERENCES/**/jobs)',
    `INSERT OR ROLLBACK INTO app_seats (who) VALUES ('ada')`,
    `UPDATE OR ROLLBACK app_seats SET who = 'ada'`,
    'CREATE TRIGGER app_t AFTER INSERT ON jobs BEGIN SELECT 1; END',
    'CREATE INDEX app_j ON jobs (state)',
    'CREATE TEMP TABLE app_z (a)',
    'DROP TABLE jobs',
    'DROP INDEX IF EXISTS jobs_by_state',
    'ALTER TABLE app_seats RENAME TO seats',
    'ALTER TABLE jobs ADD COLUMN mine',
    ...['BEGIN', 'COMMIT', '-- x\nROLLBACK', 'SAVEPOINT a', 'RELEASE operation', 'END'],
    ...['PRAGMA foreign_keys = OFF', `ATTACH 'x.db' AS x`, 'VACUUM', 'REINDEX', 'ANALYZE', 'EXPLAIN SELECT 1', ''],
  ])('is refused what is not: %s', (sql) => {
    const { db, raw } = lent();
    const before = raw.prepare('SELECT * FROM jobs').all();
    expect(refusal(() => db.run(sql))).toBe('ESP_INVALID');
    expect(raw.prepare('SELECT * FROM jobs').all()).toEqual(before);
  });

  it('is refused a second statement behind the first', () => {
    const { db } = lent();
    expect(refusal(() => db.run('UPDATE app_seats SET who = 1; DELETE FROM jobs'))).toContain(
      'more than one statement',
    );
  });

  it('reads everything', () => {
    const { db } = lent();
    expect(db.all('SELECT state FROM jobs WHERE job = ?', 1)).toEqual([{ state: 'queued' }]);
    expect([db.get('SELECT 1 AS one'), db.get('SELECT 1 WHERE 0')]).toEqual([{ one: 1 }, undefined]);
  });

  it('runs nothing beside the transaction once that has ended by itself', () => {
    const { db, raw } = lent();
    raw.exec('ROLLBACK');
    expect(refusal(() => db.run(`INSERT INTO app_seats (who) VALUES ('ada')`))).toBe('ESP_STORE_UNUSABLE');
  });

  it('has no database any more once it is over', () => {
    const { db, loan } = lent();
    loan[Symbol.dispose]();
    expect(refusal(() => db.all('SELECT 1'))).toBe('ESP_INVALID');
  });
});

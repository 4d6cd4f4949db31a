import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectWriter } from '../../../src/persistence/file/connect.js';
import type { Connection } from '../../../src/persistence/sql/connection.js';
import { type GroupAnswer, runGroup } from '../../../src/persistence/writer/group.js';
import type { OperationCall } from '../../../src/persistence/writer/operations.js';
import { IDENTITY, newFile } from '../support/world.js';

const NOW = 1_000_000;

const host = (runId: string): OperationCall => ({
  name: 'hosts.register',
  args: { runId, name: 'n', identity: IDENTITY, node: 'v', version: '0' },
});
const pool = (data: string) => ({ type: 'pool.ready', path: null, incarnation: null, ctx: null, data });
const append = (...data: string[]): OperationCall => ({
  name: 'journal.append',
  args: { runId: 'a', events: data.map(pool) },
});
const event = (size: number): OperationCall => append(`{"size":${size}}`);

function connect(): { db: Connection; file: string } {
  const file = newFile();
  const db = connectWriter(file, { known: false, synchronous: 'full', busyTimeoutMs: 50 }, NOW);
  onTestFinished(() => db.close());
  return { db, file };
}

/** What another connection sees: what was committed. */
function committed(file: string): unknown[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT data FROM events ORDER BY seq').pluck().all();
  } finally {
    db.close();
  }
}

const codes = (answer: GroupAnswer): string[] =>
  answer.outcomes.map((outcome) =>
    outcome.ok ? 'ok' : outcome.error.ours ? outcome.error.code : outcome.error.message,
  );

describe('a group of operations', () => {
  it('is one transaction: all of it, or nothing, with its events in order', () => {
    const { db, file } = connect();
    const answer = runGroup(db, [host('a'), event(1), event(2)], NOW, file);
    expect(codes(answer)).toEqual(['ok', 'ok', 'ok']);
    expect(answer.events.map(({ seq, type, at }) => [seq, type, at])).toEqual([
      [1, 'host.started', NOW],
      [2, 'pool.ready', NOW],
      [3, 'pool.ready', NOW],
    ]);
    expect(committed(file)).toHaveLength(3);
  });

  it('takes back one that fails, with its events, and keeps the others', () => {
    const { db, file } = connect();
    runGroup(db, [host('a')], NOW, file);
    db.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.data = 'x' BEGIN SELECT raise(ABORT, 'refused'); END",
    );
    const half = append('{"size":9}', 'x');
    const answer = runGroup(db, [event(1), half, host('a'), event(2)], NOW, file);
    expect(codes(answer)).toEqual(['ok', 'refused', 'ESP_CONFLICT', 'ok']);
    expect(answer.events.map(({ data }) => data)).toEqual(['{"size":1}', '{"size":2}']);
    expect(answer.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(committed(file).slice(1)).toEqual(['{"size":1}', '{"size":2}']);
  });

  it('does not believe a host alive that ended in it', () => {
    const { db, file } = connect();
    const end: OperationCall = { name: 'hosts.end', args: { runId: 'a' } };
    expect(codes(runGroup(db, [host('a'), event(1), end], NOW, file))).toEqual(['ok', 'ok', 'ok']);
    expect(codes(runGroup(db, [host('b'), event(2)], NOW, file))).toEqual(['ok', 'ESP_FENCED']);
    const { db: other, file: second } = connect();
    expect(codes(runGroup(other, [host('a'), event(1), end, event(2)], NOW, second))).toEqual([
      'ok',
      'ok',
      'ok',
      'ESP_FENCED',
    ]);
  });

  it('in which all fail publishes nothing and changes nothing', () => {
    const { db, file } = connect();
    const answer = runGroup(db, [event(1), event(2)], NOW, file);
    expect(codes(answer)).toEqual(['ESP_FENCED', 'ESP_FENCED']);
    expect(answer.events).toEqual([]);
    expect(committed(file)).toEqual([]);
  });

  it('whose commit fails rejects every operation and publishes nothing', () => {
    const { db, file } = connect();
    runGroup(db, [host('a')], NOW, file);
    db.execute('CREATE TABLE late (host TEXT REFERENCES hosts (run_id) DEFERRABLE INITIALLY DEFERRED)');
    db.execute("CREATE TRIGGER spoil AFTER INSERT ON events BEGIN INSERT INTO late VALUES ('nobody'); END");
    const answer = runGroup(db, [event(1), event(2)], NOW, file);
    expect(codes(answer)).toEqual([expect.stringContaining('FOREIGN KEY'), expect.stringContaining('FOREIGN KEY')]);
    expect(answer.events).toEqual([]);
    expect(committed(file)).toHaveLength(1);
    db.execute('DROP TRIGGER spoil');
    expect(codes(runGroup(db, [event(3)], NOW, file))).toEqual(['ok']);
  });

  it('that finds no room rejects with ESP_STORE_FULL, and the next one with room is kept', () => {
    const { db, file } = connect();
    runGroup(db, [host('a')], NOW, file);
    db.execute('PRAGMA max_page_count = 1');
    const large = append('x'.repeat(50_000));
    const answer = runGroup(db, [event(1), large, event(2)], NOW, file);
    expect(answer.outcomes[1]).toMatchObject({ ok: false, error: { code: 'ESP_STORE_FULL' } });
    expect(answer.events).toHaveLength(answer.outcomes.filter(({ ok }) => ok).length);
    expect(committed(file)).toHaveLength(1 + answer.events.length);
    db.execute('PRAGMA max_page_count = 1000000');
    expect(codes(runGroup(db, [event(3)], NOW, file))).toEqual(['ok']);
  });

  it('that finds the store locked rejects with ESP_STORE_LOCKED, and is whole once it is free', () => {
    const { db, file } = connect();
    runGroup(db, [host('a')], NOW, file);
    const other = new Database(file);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    expect(codes(runGroup(db, [event(1), event(2)], NOW, file))).toEqual(['ESP_STORE_LOCKED', 'ESP_STORE_LOCKED']);
    other.exec('ROLLBACK');
    expect(codes(runGroup(db, [event(1), event(2)], NOW, file))).toEqual(['ok', 'ok']);
    expect(committed(file)).toHaveLength(3);
  });
});

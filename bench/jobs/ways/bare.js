// The limit: better-sqlite3 in one process, and the three commits that a durable job cannot do without, each synced to disk.

import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A loop that inserts, claims and finishes, a batch in each commit. */
export function bare({ folder }) {
  const db = new Database(join(folder, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec(`CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT NOT NULL, args TEXT NOT NULL, result TEXT);
    CREATE INDEX queued ON jobs (id) WHERE state = 'queued'`);
  const insert = db.prepare(`INSERT INTO jobs (state, args) VALUES ('queued', ?)`);
  const claim = db.prepare(
    `UPDATE jobs SET state = 'running' WHERE id IN (SELECT id FROM jobs WHERE state = 'queued' ORDER BY id LIMIT ?)
     RETURNING id, args`,
  );
  const finish = db.prepare(`UPDATE jobs SET state = 'succeeded', result = ? WHERE id = ? AND state = 'running'`);
  const submitAll = db.transaction((size) => {
    for (let n = 0; n < size; n++) insert.run(JSON.stringify({ n }));
  });
  const claimAll = db.transaction((size) => claim.all(size));
  const finishAll = db.transaction((jobs) => {
    for (const { id } of jobs) finish.run('null', id);
  });
  return {
    batch(size) {
      submitAll(size);
      finishAll(claimAll(size));
    },
    stop: () => db.close(),
  };
}

// Many jobs from one that was made the ordinary way: copies of all its rows, under numbers and ids of their own.
import Database from 'better-sqlite3';

/** Rows of a job by these tables go with it, each under the number of its copy. */
const OF_A_JOB = ['job_details', 'job_limits', 'attempts'];

/** Opens a store to multiply its jobs in. Nothing else may write to it meanwhile. */
export function openForCopies(file) {
  const db = new Database(file);
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = OFF');
  return db;
}

/** Copies a job so many times, with the event of its submission. Its queue counts them. */
export function multiply(db, id, copies) {
  const { job, state } = db.prepare('SELECT job, state FROM jobs WHERE id = ?').get(id);
  const { next } = db.prepare('SELECT max(job) + 1 AS next FROM jobs').get();
  const numbers = `WITH RECURSIVE copy (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM copy WHERE n < ${copies - 1})`;
  db.transaction(() => {
    copyRows(db, 'jobs', { job: `${next} + n`, id: copyId(next), final: 'NULL' }, numbers, `source.job = ${job}`);
    for (const name of OF_A_JOB) {
      const own = name === 'attempts' ? { id: attemptId(db) } : {};
      copyRows(db, name, { job: `${next} + n`, ...own }, numbers, `source.job = ${job}`);
    }
    db.prepare(`UPDATE jobs SET final = (SELECT id FROM attempts WHERE attempts.job = jobs.job) WHERE job >= ?`).run(
      next,
    );
    db.prepare(
      `INSERT INTO startable (queue, rank, job) SELECT queue, rank, jobs.job FROM jobs JOIN job_details USING (job)
       WHERE jobs.job >= ? AND state = 'queued'`,
    ).run(next);
    db.prepare(
      `UPDATE queue_counts SET count = count + ? WHERE state = ? AND queue = (SELECT queue FROM job_details WHERE job = ?)`,
    ).run(copies, state, job);
    const { seq } = db
      .prepare(`SELECT min(seq) AS seq FROM events WHERE type = 'job.submitted' AND ctx LIKE ?`)
      .get(`%${id}%`);
    const text = (column) => `replace(${column}, '${id}', ${copyId(next)})`;
    const { last } = db.prepare('SELECT max(seq) + 1 AS last FROM events').get();
    copyRows(
      db,
      'events',
      { seq: `${last} + n`, ctx: text('ctx'), data: text('data') },
      numbers,
      `source.seq = ${seq}`,
    );
  })();
}

/** Sixteen digits that stand for the number of the copy. */
const copyId = (next) => `'job-zzzzzzzz-' || printf('%016x', ${next} + n)`;

function attemptId(db) {
  const { next } = db.prepare('SELECT coalesce(max(id), 0) + 1 AS next FROM attempts').get();
  return `${next} + n`;
}

/** Copies of one row, in all its columns but those that are given anew. */
function copyRows(db, name, given, numbers, where) {
  const columns = db.pragma(`table_info(${name})`).map((column) => column.name);
  const values = columns.map((column) => given[column] ?? `source.${column}`);
  db.exec(
    `INSERT INTO ${name} (${columns.join(', ')}) ${numbers} SELECT ${values.join(', ')} FROM ${name} source, copy WHERE ${where}`,
  );
}

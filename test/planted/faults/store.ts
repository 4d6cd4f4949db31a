import type { Faults } from '../fault.js';

/** What is kept, and how it reads. */
export const store: Faults = {
  'what is kept of an output begins within a character of four bytes': {
    file: 'src/machines/text/text-cut.ts',
    right: 'const MOST_CONTINUED = 3;',
    wrong: 'const MOST_CONTINUED = 2;',
    test: ['test/persistence/families/outputs/outputs.slow.test.ts', 'wherever the limit cuts one'],
  },
  'what a program wrote last begins within a character': {
    file: 'src/transport/process/capture.ts',
    right: 'return this.#whole(Buffer.concat(this.#chunks), this.dropped);',
    wrong: 'return Buffer.concat(this.#chunks);',
    test: ['test/transport/process/capture.test.ts', 'is whole characters'],
  },
  'what an operation did before it threw is kept': {
    file: 'src/persistence/families/job-states/commit.ts',
    right: 'tx.db.rollbackToSavepoint();',
    wrong: 'tx.db.release();',
    test: ['test/system/jobs/operations.slow.test.ts', 'leaves nothing'],
  },
  'an operation writes the tables of the store': {
    file: 'src/work/operations/user-database.ts',
    right: 'const other = written?.find((table) => !isOwn(table));',
    wrong: 'const other = undefined;',
    test: ['test/work/operations/user-database.test.ts', 'is refused what is not'],
  },
  'a job leaves that another one waits for': {
    file: 'src/persistence/families/retention/jobs.ts',
    right: 'if (ended_at >= before || isNeeded(tx, job)) continue;',
    wrong: 'if (ended_at >= before) continue;',
    test: ['test/persistence/families/retention/jobs.test.ts', 'wants to know what it came to'],
  },
  'a cursor into what has left goes on in silence': {
    file: 'src/persistence/families/journal/tail.ts',
    right: 'if (cursor !== 0 && cursor < batch.floor) throw tooOld(cursor, batch.floor);',
    wrong: '',
    test: ['test/persistence/families/retention/store.slow.test.ts', 'too old'],
  },
  'a slot is committed twice': {
    file: 'src/persistence/families/runs/commit.ts',
    right: 'if (slot.committed === 1) return null;',
    wrong: '',
    promise: 4,
    test: ['test/persistence/families/model.slow.test.ts', ''],
  },
  'rows are counted that were not added': {
    file: 'src/persistence/families/runs/commit.ts',
    right: `if (status === null) continue;
    position += 1;`,
    wrong: `position += 1;
    if (status === null) continue;`,
    test: ['test/persistence/families/runs/completed.test.ts', ''],
  },
  'a slot that runs is claimed again': {
    file: 'src/persistence/families/attempts/writes.ts',
    right: `WHERE \${condition} AND j.state = 'queued'\``,
    wrong: 'WHERE ${condition}`',
    test: ['test/persistence/families/model.slow.test.ts', ''],
  },
  'a late result changes what was recorded': {
    file: 'src/persistence/families/running-attempt.ts',
    right: `AND a.owner = coalesce(?, a.owner) AND a.state = 'running'\``,
    wrong: 'AND a.owner = ?`',
    promise: 4,
    test: ['test/persistence/families/attempts/late.test.ts', ''],
  },
  'an attempt of an earlier epoch may write': {
    file: 'src/persistence/families/running-attempt.ts',
    right: 'AND j.epoch = ? AND',
    wrong: 'AND ? IS NOT NULL AND',
    test: ['test/persistence/families/jobs/jobs.test.ts', 'takes no write of another epoch'],
  },
  'a fenced host may write': {
    file: 'src/persistence/sql/transaction.ts',
    right: 'if (host !== undefined && host.ended === null) {',
    wrong: 'if (host !== undefined) {',
    promise: 4,
    test: ['test/persistence/families/model.slow.test.ts', ''],
  },
  'a host that ended in this very transaction may write': {
    file: 'src/persistence/sql/transaction.ts',
    right: 'this.#live.delete(runId);',
    wrong: '',
    test: ['test/persistence/writer/group.test.ts', 'does not believe a host alive'],
  },
  'what was lost with its host is not queued again': {
    file: 'src/persistence/families/job-states/loss-of-host.ts',
    right: `requeue ? 'queued' : outcome`,
    wrong: `'failed'`,
    promise: 4,
    test: ['test/persistence/families/model.slow.test.ts', ''],
  },
  'two processes are registered at one path': {
    file: 'src/persistence/families/processes/writes.ts',
    right: `if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', \`\${whoHolds`,
    wrong: `if (!isDuplicate(cause)) throw cause;
    if (cause) return;
    throw new EspalierError('ESP_CONFLICT', \`\${whoHolds`,
    test: ['test/persistence/families/processes/processes.slow.test.ts', 'of a path or a job is one at a time'],
  },
  'what is suspect is recorded as gone by the end of its worker': {
    file: 'src/persistence/families/processes/writes.ts',
    right: `UPDATE processes SET state = 'suspect', reason = ?`,
    wrong: `UPDATE processes SET state = 'gone', reason = ?`,
    test: ['test/persistence/families/processes/processes.slow.test.ts', 'may become suspect once'],
  },
  'sessions know no quota': {
    file: 'src/persistence/families/sessions/writes.ts',
    right: 'if (isNew && others >= quota)',
    wrong: 'if (isNew && others > quota)',
    test: ['test/persistence/families/sessions/sessions.slow.test.ts', 'beyond the quota'],
  },
  'a session that has run out hands its data on': {
    file: 'src/persistence/families/sessions/reads.ts',
    right: 'SELECT ${COLUMNS} FROM sessions WHERE session = ? AND expires_at > ?',
    wrong: 'SELECT ${COLUMNS} FROM sessions WHERE session = ? AND ? > 0',
    test: ['test/persistence/families/sessions/sessions.slow.test.ts', 'have run out'],
  },
  'one operation that fails takes the others of its group along': {
    file: 'src/persistence/writer/group.ts',
    right: `tx.db.rollbackToSavepoint();`,
    wrong: `if (error) throw error;`,
    test: ['test/persistence/writer/group.test.ts', 'takes back one that fails'],
  },
  'a run is told complete before all of it is': {
    file: 'src/persistence/families/runs/changes.ts',
    right: 'if (record !== null && committed === record.total)',
    wrong: 'if (record !== null)',
    test: ['test/persistence/families/runs/completed.test.ts', ''],
  },
  'the digest depends on how often a slot was tried': {
    file: 'src/persistence/families/runs/digest.ts',
    right: 'writeJson([row.index, row.status, outcome])',
    wrong: 'writeJson([row.index, row.status, outcome, row.durationMs])',
    promise: 6,
    test: ['test/system/runs/runs.test.ts', 'has one digest'],
  },
};

/**
 * What jobs say while they live, what they cost, and how long things are kept.
 *
 * A dependency with an attempt in `awaited_by` was named by that attempt itself, which ended to wait for it; what such a one
 * comes to is for the next attempt to judge (0: it had ended when it was named). A question without a text was answered before
 * it was asked; with one that `suspends` its attempt ended to wait, and such an attempt is `suspended`. What an attempt used
 * stands with it, and is added up where a budget is: in each job above it that has one, so that a claim reads sums alone.
 *
 * Up to its floor the journal has been let go. A run that is being removed is not seen any more: its slots leave bit by bit.
 * (No foreign key holds a row to its job any more, for it would search all rows whenever a job goes.)
 *
 * A host that says so holds the lock of a file beside the store for as long as it lives.
 */
export const VERSION_7 = `
CREATE TABLE new_attempts (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES jobs (job),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  owner TEXT NOT NULL REFERENCES hosts (run_id),
  spawn_id TEXT,
  state TEXT NOT NULL CHECK (
    state IN ('running', 'succeeded', 'suspended', 'failed', 'timed_out', 'cancelled', 'interrupted', 'lost', 'orphaned')
  ),
  exec INTEGER NOT NULL DEFAULT 0,
  truncated INTEGER NOT NULL DEFAULT 0,
  held_open INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER,
  exit_signal TEXT,
  duration_ms INTEGER,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT,
  result TEXT,
  UNIQUE (job, epoch)
) STRICT;
INSERT INTO new_attempts SELECT * FROM attempts ORDER BY id;
DROP TABLE attempts;
ALTER TABLE new_attempts RENAME TO attempts;
CREATE UNIQUE INDEX attempts_one_running ON attempts (job) WHERE state = 'running';
CREATE INDEX attempts_running_by_owner ON attempts (owner) WHERE state = 'running';

ALTER TABLE dependencies ADD COLUMN awaited_by INTEGER;
ALTER TABLE serving ADD COLUMN operations TEXT;
ALTER TABLE hosts ADD COLUMN holds_lock INTEGER NOT NULL DEFAULT 0;

CREATE TABLE questions (
  job INTEGER NOT NULL REFERENCES jobs (job) ON DELETE CASCADE,
  id TEXT NOT NULL,
  question TEXT,
  attempt INTEGER,
  suspends INTEGER NOT NULL DEFAULT 0,
  asked_at INTEGER,
  answer TEXT,
  answered_at INTEGER,
  answered_by TEXT,
  PRIMARY KEY (job, id),
  CHECK ((question IS NULL) = (asked_at IS NULL) AND (answer IS NULL) = (answered_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
  job INTEGER NOT NULL REFERENCES jobs (job) ON DELETE CASCADE,
  unit TEXT NOT NULL,
  most REAL NOT NULL,
  spent REAL NOT NULL DEFAULT 0,
  reserved REAL NOT NULL DEFAULT 0,
  warned INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (job, unit)
) STRICT, WITHOUT ROWID;
CREATE TABLE usage (
  attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  unit TEXT NOT NULL,
  amount REAL NOT NULL DEFAULT 0,
  reserved REAL NOT NULL DEFAULT 0,
  PRIMARY KEY (attempt, unit)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_meta (
  field TEXT NOT NULL,
  value TEXT NOT NULL,
  job INTEGER NOT NULL REFERENCES jobs (job) ON DELETE CASCADE,
  PRIMARY KEY (field, value, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_meta_by_job ON job_meta (job);

CREATE TABLE floors (
  name TEXT PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN removed_at INTEGER;
CREATE INDEX runs_removed ON runs (removed_at) WHERE removed_at IS NOT NULL;
CREATE TABLE new_rows (
  run INTEGER NOT NULL REFERENCES runs (number),
  position INTEGER NOT NULL CHECK (position >= 1),
  idx INTEGER NOT NULL,
  job INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned')),
  attempt INTEGER,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
INSERT INTO new_rows (run, position, idx, job, status, attempt, attempts)
  SELECT run, position, idx, job, status, attempt, attempts FROM rows ORDER BY run, position;
DROP TABLE rows;
ALTER TABLE new_rows RENAME TO rows;
CREATE UNIQUE INDEX rows_once ON rows (run, idx);
CREATE INDEX runs_over ON runs (updated_at) WHERE removed_at IS NULL AND status IN ('completed', 'stopped');
DROP INDEX dependencies_unmet;
CREATE INDEX dependencies_by_needs ON dependencies (needs, job);
CREATE INDEX job_details_by_retried ON job_details (retry_of) WHERE retry_of IS NOT NULL;
`;

/**
 * The first schema. Runs and jobs have numbers inside the store, so that what there is most of (jobs, attempts, outputs,
 * rows) stays small; their names outside are `run` and `<run>:<index>`.
 *
 * What can be derived is not stored: a job's executions are counted in `attempts`, and a row's result, error, exit and
 * output are those of the attempt it names, kept once. (No foreign key says so: it would search all rows whenever a claim
 * is released.)
 */
export const VERSION_1 = `
CREATE TABLE hosts (
  run_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  identity TEXT NOT NULL,
  forker TEXT,
  directory TEXT,
  node TEXT NOT NULL,
  version TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  ended_at INTEGER,
  ended TEXT CHECK (ended IN ('stopped', 'dead')),
  CHECK ((ended IS NULL) = (ended_at IS NULL))
) STRICT;
CREATE INDEX hosts_unended ON hosts (started_at) WHERE ended_at IS NULL;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  path TEXT,
  incarnation INTEGER,
  ctx TEXT,
  data TEXT NOT NULL
) STRICT;

CREATE TABLE processes (
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  spawn_id TEXT NOT NULL,
  path TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  job_id TEXT,
  attempt INTEGER,
  state TEXT NOT NULL CHECK (state IN ('intent', 'live', 'gone', 'suspect')),
  identity TEXT,
  generation INTEGER,
  command TEXT NOT NULL,
  exit_code INTEGER,
  exit_signal TEXT,
  error TEXT,
  reason TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, spawn_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX processes_one_per_path ON processes (run_id, path)
  WHERE job_id IS NULL AND state IN ('intent', 'live');
CREATE UNIQUE INDEX processes_one_per_job ON processes (job_id)
  WHERE job_id IS NOT NULL AND state IN ('intent', 'live');
CREATE INDEX processes_present ON processes (run_id, at) WHERE state <> 'gone';

CREATE TABLE snapshots (
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  path TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('observed', 'snapshot')),
  incarnation INTEGER NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, path, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  name TEXT,
  status TEXT NOT NULL CHECK (status IN ('created', 'running', 'paused', 'interrupted', 'stopped', 'completed')),
  pool TEXT NOT NULL,
  policy TEXT NOT NULL,
  origin TEXT NOT NULL,
  owner TEXT REFERENCES hosts (run_id),
  wish TEXT CHECK (wish IN ('pause', 'resume', 'stop')),
  total INTEGER NOT NULL DEFAULT 0,
  position INTEGER NOT NULL DEFAULT 0,
  succeeded INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  timed_out INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0,
  skipped_pruned INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX runs_by_owner ON runs (owner);

CREATE TABLE jobs (
  job INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES runs (number),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  state TEXT NOT NULL CHECK (
    state IN ('queued', 'running', 'succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned')
  ),
  final INTEGER,
  input TEXT NOT NULL,
  UNIQUE (run, idx)
) STRICT;

CREATE TABLE attempts (
  job INTEGER NOT NULL REFERENCES jobs (job),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  owner TEXT NOT NULL REFERENCES hosts (run_id),
  spawn_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('running', 'succeeded', 'failed', 'timed_out', 'cancelled', 'interrupted', 'lost', 'orphaned')
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
  PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX attempts_one_running ON attempts (job) WHERE state = 'running';
CREATE INDEX attempts_running_by_owner ON attempts (owner) WHERE state = 'running';

CREATE TABLE outputs (
  job INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
  start INTEGER NOT NULL CHECK (start >= 0),
  bytes BLOB NOT NULL,
  PRIMARY KEY (job, attempt, stream, start),
  FOREIGN KEY (job, attempt) REFERENCES attempts (job, attempt) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE rows (
  run INTEGER NOT NULL REFERENCES runs (number),
  position INTEGER NOT NULL CHECK (position >= 1),
  idx INTEGER NOT NULL,
  job INTEGER NOT NULL REFERENCES jobs (job),
  status TEXT NOT NULL CHECK (status IN ('succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned')),
  attempt INTEGER,
  attempts INTEGER NOT NULL,
  PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX rows_once ON rows (run, idx);
`;

/**
 * Jobs that need no run, and attempts that need no process.
 *
 * A slot is named by its run and its index, any other job by an id of its own. Each claim raises the `epoch` of its job: what
 * is written about an attempt names the epoch of that, and is refused once the job has another. An attempt has a number in
 * the store, and its output hangs on that. A registration names its job by the job's number, and an attempt its process only
 * where a process of this machine belongs to it alone. (No foreign key holds a registration to its job, for it would search
 * all of them whenever a job goes.)
 *
 * The epochs of attempts of before are their numbers: both count claims.
 */
export const VERSION_5 = `
CREATE TABLE new_jobs (
  job INTEGER PRIMARY KEY,
  run INTEGER REFERENCES runs (number),
  idx INTEGER CHECK (idx >= 0),
  id TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (
    state IN ('queued', 'running', 'succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned')
  ),
  final INTEGER,
  input TEXT NOT NULL,
  UNIQUE (run, idx),
  CHECK ((run IS NULL) = (idx IS NULL) AND (run IS NULL) = (id IS NOT NULL))
) STRICT;
CREATE TABLE new_attempts (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL REFERENCES jobs (job),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  owner TEXT NOT NULL REFERENCES hosts (run_id),
  spawn_id TEXT,
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
  UNIQUE (job, epoch)
) STRICT;
CREATE TABLE new_outputs (
  attempt INTEGER NOT NULL REFERENCES attempts (id) ON DELETE CASCADE,
  stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
  start INTEGER NOT NULL CHECK (start >= 0),
  bytes BLOB NOT NULL,
  PRIMARY KEY (attempt, stream, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE new_processes (
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  spawn_id TEXT NOT NULL,
  path TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  job INTEGER,
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

INSERT INTO new_attempts (job, epoch, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal,
    duration_ms, started_at, ended_at, error, result)
  SELECT job, attempt, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal,
    duration_ms, started_at, ended_at, error, result
  FROM attempts ORDER BY job, attempt;
INSERT INTO new_outputs (attempt, stream, start, bytes)
  SELECT a.id, o.stream, o.start, o.bytes
  FROM outputs o LEFT JOIN new_attempts a ON a.job = o.job AND a.epoch = o.attempt;
INSERT INTO new_jobs (job, run, idx, epoch, state, final, input)
  SELECT j.job, j.run, j.idx, coalesce((SELECT max(a.epoch) FROM new_attempts a WHERE a.job = j.job), 0), j.state,
    (SELECT a.id FROM new_attempts a WHERE a.job = j.job AND a.epoch = j.final), j.input
  FROM jobs j ORDER BY j.job;
UPDATE rows SET attempt = (SELECT a.id FROM new_attempts a WHERE a.job = rows.job AND a.epoch = rows.attempt)
  WHERE attempt IS NOT NULL;
CREATE INDEX attempts_by_spawn ON new_attempts (owner, spawn_id);
INSERT INTO new_processes (run_id, spawn_id, path, incarnation, job, attempt, state, identity, generation, command,
    exit_code, exit_signal, error, reason, at)
  SELECT p.run_id, p.spawn_id, p.path, p.incarnation, a.job, a.attempt, p.state, p.identity, p.generation, p.command,
    p.exit_code, p.exit_signal, p.error, p.reason, p.at
  FROM processes p
    LEFT JOIN new_attempts a ON p.job_id IS NOT NULL AND a.owner = p.run_id AND a.spawn_id = p.spawn_id;
DROP INDEX attempts_by_spawn;

DROP TABLE outputs;
DROP TABLE attempts;
DROP TABLE processes;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
ALTER TABLE new_attempts RENAME TO attempts;
ALTER TABLE new_outputs RENAME TO outputs;
ALTER TABLE new_processes RENAME TO processes;
CREATE UNIQUE INDEX jobs_without_run ON jobs (id) WHERE id IS NOT NULL;
CREATE UNIQUE INDEX attempts_one_running ON attempts (job) WHERE state = 'running';
CREATE INDEX attempts_running_by_owner ON attempts (owner) WHERE state = 'running';
CREATE UNIQUE INDEX processes_one_per_path ON processes (run_id, path)
  WHERE job IS NULL AND state IN ('intent', 'live');
CREATE UNIQUE INDEX processes_one_per_job ON processes (job)
  WHERE job IS NOT NULL AND state IN ('intent', 'live');
CREATE INDEX processes_present ON processes (run_id, at) WHERE state <> 'gone';
`;

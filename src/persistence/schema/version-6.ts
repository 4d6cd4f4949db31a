/**
 * Jobs that are submitted by themselves, and schedules that submit them.
 *
 * What slots do not need stands in tables of its own, so that they stay as small as they are. The claim's index is a table:
 * a job is in `startable` while it can start at once, and nowhere else, so that a claim reads no job that it would refuse.
 * Why one is parked stands with it, indexed by what will end that. Queues are counted where they change: a million jobs that
 * have ended are not counted again by whoever looks.
 *
 * Up to its cursor every instant of a schedule is decided; each is one row of `occurrences` at most, so that no two hosts make
 * it twice. A row of instants that were skipped stands for all of them from `since` on.
 */
export const VERSION_6 = `
CREATE TABLE new_jobs (
  job INTEGER PRIMARY KEY,
  run INTEGER REFERENCES runs (number),
  idx INTEGER CHECK (idx >= 0),
  id TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (
    state IN ('created', 'blocked', 'parked', 'queued', 'running', 'waiting', 'succeeded', 'failed', 'timed_out',
      'cancelled', 'skipped', 'skipped_pruned')
  ),
  final INTEGER,
  input TEXT NOT NULL,
  UNIQUE (run, idx),
  CHECK ((run IS NULL) = (idx IS NULL) AND (run IS NULL) = (id IS NOT NULL))
) STRICT;
INSERT INTO new_jobs (job, run, idx, id, epoch, state, final, input)
  SELECT job, run, idx, id, epoch, state, final, input FROM jobs ORDER BY job;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE UNIQUE INDEX jobs_without_run ON jobs (id) WHERE id IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, job) WHERE run IS NULL;

CREATE TABLE job_details (
  job INTEGER PRIMARY KEY REFERENCES jobs (job) ON DELETE CASCADE,
  queue TEXT NOT NULL,
  method TEXT,
  version TEXT,
  key TEXT,
  priority INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  not_before INTEGER,
  deadline INTEGER,
  policy TEXT NOT NULL,
  parent INTEGER,
  root INTEGER,
  depth INTEGER NOT NULL DEFAULT 0,
  retry_of INTEGER,
  wanted TEXT CHECK (wanted IN ('cancel', 'deadline', 'budget', 'parent')),
  wanted_why TEXT,
  crashes INTEGER NOT NULL DEFAULT 0,
  alone INTEGER NOT NULL DEFAULT 0,
  parked TEXT,
  parked_for TEXT,
  parked_until INTEGER,
  submitted_by TEXT NOT NULL,
  submitted_at INTEGER NOT NULL,
  ended_at INTEGER,
  error TEXT,
  progress TEXT,
  checkpoint TEXT,
  meta TEXT,
  CHECK ((parked IS NULL) = (parked_for IS NULL))
) STRICT;
CREATE INDEX job_details_by_queue ON job_details (queue, job);
CREATE INDEX job_details_by_key ON job_details (key, job) WHERE key IS NOT NULL;
CREATE INDEX job_details_parked ON job_details (parked, parked_for, queue, rank, job) WHERE parked IS NOT NULL;
CREATE INDEX job_details_due ON job_details (parked_until, job) WHERE parked_until IS NOT NULL;
CREATE INDEX job_details_deadline ON job_details (deadline, job) WHERE deadline IS NOT NULL AND ended_at IS NULL;
CREATE INDEX job_details_by_parent ON job_details (parent, job) WHERE parent IS NOT NULL;
CREATE INDEX job_details_isolated ON job_details (queue) WHERE alone = 1 AND ended_at IS NULL;

CREATE TABLE startable (
  queue TEXT NOT NULL,
  rank INTEGER NOT NULL,
  job INTEGER NOT NULL,
  PRIMARY KEY (queue, rank, job)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_keys (
  queue TEXT NOT NULL,
  key TEXT NOT NULL,
  id TEXT NOT NULL,
  digest TEXT NOT NULL,
  ever INTEGER NOT NULL,
  PRIMARY KEY (queue, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE dependencies (
  job INTEGER NOT NULL REFERENCES jobs (job) ON DELETE CASCADE,
  needs INTEGER NOT NULL,
  met INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (job, needs)
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_unmet ON dependencies (needs, job) WHERE met = 0;

CREATE TABLE queues (
  queue TEXT PRIMARY KEY,
  paused_at INTEGER,
  paused_by TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE queue_counts (
  queue TEXT NOT NULL,
  state TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (queue, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE serving (
  queue TEXT NOT NULL,
  run_id TEXT NOT NULL,
  path TEXT NOT NULL,
  methods TEXT,
  PRIMARY KEY (queue, run_id, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX serving_by_host ON serving (run_id);

CREATE TABLE limits (
  name TEXT PRIMARY KEY,
  concurrency INTEGER CHECK (concurrency >= 0),
  rate TEXT,
  tokens REAL NOT NULL DEFAULT 0,
  tokens_at INTEGER NOT NULL DEFAULT 0,
  wake_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_due ON limits (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE job_limits (
  job INTEGER NOT NULL REFERENCES jobs (job) ON DELETE CASCADE,
  name TEXT NOT NULL,
  PRIMARY KEY (job, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE limit_holders (
  name TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (name, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX limit_holders_by_attempt ON limit_holders (attempt);

CREATE TABLE schedules (
  schedule INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('active', 'paused', 'ended')),
  revision INTEGER NOT NULL,
  spec TEXT NOT NULL,
  cursor INTEGER NOT NULL,
  next_at INTEGER,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  CHECK ((next_at IS NOT NULL) = (state = 'active'))
) STRICT;
CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE occurrences (
  schedule INTEGER NOT NULL REFERENCES schedules (schedule) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  by_hand INTEGER NOT NULL DEFAULT 0,
  job TEXT,
  unfinished INTEGER NOT NULL DEFAULT 0,
  skipped TEXT CHECK (skipped IN ('missed', 'limit', 'overlap', 'full', 'paused', 'key')),
  since INTEGER NOT NULL,
  count INTEGER,
  PRIMARY KEY (schedule, at),
  CHECK ((job IS NULL) = (skipped IS NOT NULL) AND since <= at)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrences_unfinished ON occurrences (schedule, at) WHERE unfinished = 1;
`;

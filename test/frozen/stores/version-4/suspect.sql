-- One slot of its run was running when the host was killed; its process could not be ended
PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1163087954;
PRAGMA user_version = 4;
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
CREATE TABLE sessions (
  session TEXT PRIMARY KEY,
  data TEXT NOT NULL,
  ttl_ms INTEGER NOT NULL CHECK (ttl_ms > 0),
  created_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL GENERATED ALWAYS AS (touched_at + ttl_ms) STORED
) STRICT, WITHOUT ROWID;
CREATE TABLE "snapshots" (
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  path TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('observed', 'snapshot', 'quarantined')),
  aside INTEGER NOT NULL DEFAULT 0,
  incarnation INTEGER NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, path, kind, aside),
  CHECK ((kind = 'quarantined') = (aside > 0))
) STRICT, WITHOUT ROWID;
CREATE TABLE logs (
  path TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  incarnation INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE log_chunks (
  path TEXT NOT NULL REFERENCES logs (path) ON DELETE CASCADE,
  stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
  start INTEGER NOT NULL CHECK (start >= 0),
  bytes BLOB NOT NULL,
  PRIMARY KEY (path, stream, start)
) STRICT, WITHOUT ROWID;
INSERT INTO hosts (run_id, name, identity, forker, directory, node, version, started_at, heartbeat_at, ended_at, ended) VALUES ('mx3v31tr-de168f09b8b0c334', 'slots', '{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":31328,"startTicks":1322179}', '{"identity":{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":31905,"startTicks":1322398},"generation":1}', '/dev/shm/esp-eXZKb6', 'v20.20.2', '0.1.0', 1796079036483, 1796079036483, 1796079051026, 'dead');
INSERT INTO hosts (run_id, name, identity, forker, directory, node, version, started_at, heartbeat_at, ended_at, ended) VALUES ('mx3v3c9w-76f0f8dc7ada5d86', 'janitor', '{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":2532,"startTicks":1323513}', NULL, NULL, 'v20.20.2', '0.1.0', 1796079050266, 1796079050266, 1796079051044, 'stopped');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (1, 'mx3v31tr-de168f09b8b0c334', 1796079036483, 'host.started', NULL, NULL, NULL, '{"pid":31328,"node":"v20.20.2","version":"0.1.0"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (2, 'mx3v31tr-de168f09b8b0c334', 1796079037498, 'forker.started', NULL, NULL, NULL, '{"pid":31905,"generation":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (3, 'mx3v31tr-de168f09b8b0c334', 1796079037498, 'pool.ready', '/shell', 1, NULL, '{"size":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (4, 'mx3v31tr-de168f09b8b0c334', 1796079037518, 'run.started', NULL, NULL, '{"run":"mx3v32ux-698dc3bc"}', '{"run":"mx3v32ux-698dc3bc","slots":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (5, 'mx3v31tr-de168f09b8b0c334', 1796079037704, 'process.spawned', '/shell/workers/1/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:0","attempt":1}', '{"spawnId":"1","pid":32108,"command":["/tmp/espalier-frozen-vNN4bH/changes-user"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (6, 'mx3v31tr-de168f09b8b0c334', 1796079037704, 'attempt.started', '/shell/workers/1/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:0","attempt":1}', '{"jobId":"mx3v32ux-698dc3bc:0","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (7, 'mx3v31tr-de168f09b8b0c334', 1796079037704, 'process.spawned', '/shell/workers/2/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:1","attempt":1}', '{"spawnId":"2","pid":32110,"command":["/bin/true"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (8, 'mx3v31tr-de168f09b8b0c334', 1796079037704, 'attempt.started', '/shell/workers/2/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:1","attempt":1}', '{"jobId":"mx3v32ux-698dc3bc:1","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (9, 'mx3v31tr-de168f09b8b0c334', 1796079037731, 'process.exited', '/shell/workers/2/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:1","attempt":1}', '{"spawnId":"2","pid":32110,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (10, 'mx3v31tr-de168f09b8b0c334', 1796079037731, 'attempt.ended', NULL, NULL, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:1","attempt":1}', '{"jobId":"mx3v32ux-698dc3bc:1","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (11, 'mx3v3c9w-76f0f8dc7ada5d86', 1796079050266, 'host.started', NULL, NULL, NULL, '{"pid":2532,"node":"v20.20.2","version":"0.1.0"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (12, 'mx3v31tr-de168f09b8b0c334', 1796079051010, 'process.suspect', '/shell/workers/1/worker', 1, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:0","attempt":1}', '{"spawnId":"1","pid":32108,"reason":"its pid and its start fit, but it shows no cookie"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (13, 'mx3v3c9w-76f0f8dc7ada5d86', 1796079051026, 'host.fenced', NULL, NULL, NULL, '{"fenced":"mx3v31tr-de168f09b8b0c334","by":"mx3v3c9w-76f0f8dc7ada5d86"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (14, 'mx3v31tr-de168f09b8b0c334', 1796079051026, 'attempt.lost', NULL, NULL, '{"run":"mx3v32ux-698dc3bc","job":"mx3v32ux-698dc3bc:0","attempt":1}', '{"jobId":"mx3v32ux-698dc3bc:0","attempt":1,"reason":"its host died"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (15, 'mx3v31tr-de168f09b8b0c334', 1796079051026, 'run.interrupted', NULL, NULL, '{"run":"mx3v32ux-698dc3bc"}', '{"run":"mx3v32ux-698dc3bc","reason":"its host died"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (16, 'mx3v31tr-de168f09b8b0c334', 1796079051026, 'host.ended', NULL, NULL, NULL, '{"how":"dead"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (17, 'mx3v3c9w-76f0f8dc7ada5d86', 1796079051044, 'host.ended', NULL, NULL, NULL, '{"how":"stopped"}');
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v31tr-de168f09b8b0c334', '1', '/shell/workers/1/worker', 1, 'mx3v32ux-698dc3bc:0', 1, 'suspect', '{"pid":32108,"startTicks":1322489,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/tmp/espalier-frozen-vNN4bH/changes-user"]', NULL, NULL, NULL, 'its pid and its start fit, but it shows no cookie', 1796079037566);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v31tr-de168f09b8b0c334', '2', '/shell/workers/2/worker', 1, 'mx3v32ux-698dc3bc:1', 1, 'gone', '{"pid":32110,"startTicks":1322489,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/bin/true"]', 0, NULL, NULL, NULL, 1796079037566);
INSERT INTO runs (number, run, name, status, pool, policy, origin, owner, wish, total, position, succeeded, failed, timed_out, cancelled, skipped_pruned, created_at, updated_at) VALUES (1, 'mx3v32ux-698dc3bc', NULL, 'interrupted', '/shell', '{"concurrency":2,"retries":1,"timeoutMs":null,"onLost":"retry","failFast":false,"reorderWindow":64}', 'null', 'mx3v31tr-de168f09b8b0c334', NULL, 2, 0, 0, 0, 0, 0, 0, 1796079037498, 1796079051026);
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (1, 1, 0, 'failed', 1, '"/tmp/espalier-frozen-vNN4bH/changes-user"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (2, 1, 1, 'succeeded', 1, '"/bin/true"');
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (1, 1, 'mx3v31tr-de168f09b8b0c334', '1', 'orphaned', 0, 0, 0, NULL, NULL, NULL, 1796079037566, 1796079051026, '{"code":"ESP_QUARANTINED","message":"the attempt was lost: its host died; its process could not be proven gone"}', NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (2, 1, 'mx3v31tr-de168f09b8b0c334', '2', 'succeeded', 1, 0, 0, 0, NULL, 0, 1796079037566, 1796079037731, NULL, NULL);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/espalier', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/espalier/runs', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/espalier/runs/mx3v32ux-698dc3bc', 'observed', 0, 1, 'coordinator', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell', 'observed', 0, 1, 'pool', '"ready"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell/workers', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell/workers/1', 'observed', 0, 1, 'starter', '"executing"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell/workers/1/worker', 'observed', 0, 1, 'worker', '"running"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell/workers/2', 'observed', 0, 1, 'starter', '"executing"', 'null', 1796079037704);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v31tr-de168f09b8b0c334', '/shell/workers/2/worker', 'observed', 0, 1, 'worker', '"spawning"', 'null', 1796079037704);
CREATE INDEX hosts_unended ON hosts (started_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX processes_one_per_path ON processes (run_id, path)
  WHERE job_id IS NULL AND state IN ('intent', 'live');
CREATE UNIQUE INDEX processes_one_per_job ON processes (job_id)
  WHERE job_id IS NOT NULL AND state IN ('intent', 'live');
CREATE INDEX processes_present ON processes (run_id, at) WHERE state <> 'gone';
CREATE INDEX runs_by_owner ON runs (owner);
CREATE UNIQUE INDEX attempts_one_running ON attempts (job) WHERE state = 'running';
CREATE INDEX attempts_running_by_owner ON attempts (owner) WHERE state = 'running';
CREATE UNIQUE INDEX rows_once ON rows (run, idx);
CREATE INDEX sessions_expiring ON sessions (expires_at);
CREATE INDEX snapshots_saved ON snapshots (path, at) WHERE kind <> 'observed';
CREATE INDEX logs_oldest ON logs (at, path);

-- A machine in the state "odd" that has counted to 7, a session, three outputs, and logs from version 4 on
PRAGMA foreign_keys = OFF;
PRAGMA application_id = 1163087954;
PRAGMA user_version = 3;
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
INSERT INTO hosts (run_id, name, identity, forker, directory, node, version, started_at, heartbeat_at, ended_at, ended) VALUES ('mx3v2rbm-0cecaad29f6f81df', 'saved', '{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":27856,"startTicks":1320913}', '{"identity":{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":28106,"startTicks":1321031},"generation":1}', '/dev/shm/esp-SRSDsX', 'v20.20.2', '0.1.0', 1796079022795, 1796079022795, NULL, NULL);
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (1, 'mx3v2rbm-0cecaad29f6f81df', 1796079022795, 'host.started', NULL, NULL, NULL, '{"pid":27856,"node":"v20.20.2","version":"0.1.0"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (2, 'mx3v2rbm-0cecaad29f6f81df', 1796079023382, 'forker.started', NULL, NULL, NULL, '{"pid":28106,"generation":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (3, 'mx3v2rbm-0cecaad29f6f81df', 1796079023439, 'process.spawned', '/tick/worker', 1, NULL, '{"spawnId":"1","pid":28199,"command":["/usr/bin/sh","-c","echo hello; printf \"caf\\303\\251\" >&2; exec sleep 300"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (4, 'mx3v2rbm-0cecaad29f6f81df', 1796079023439, 'worker.ready', '/tick/worker', 1, NULL, '{"pid":28199,"bootMs":6}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (5, 'mx3v2rbm-0cecaad29f6f81df', 1796079023439, 'pool.ready', '/shell', 1, NULL, '{"size":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (6, 'mx3v2rbm-0cecaad29f6f81df', 1796079023462, 'run.started', NULL, NULL, '{"run":"mx3v2s0x-792581cd"}', '{"run":"mx3v2s0x-792581cd","slots":3}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (7, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'process.spawned', '/shell/workers/1/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:0","attempt":1}', '{"spawnId":"2","pid":28232,"command":["/usr/bin/sh","-c","echo out; echo grüezi >&2"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (8, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'attempt.started', '/shell/workers/1/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:0","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:0","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (9, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'process.exited', '/shell/workers/1/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:0","attempt":1}', '{"spawnId":"2","pid":28232,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (10, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'attempt.ended', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:0","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:0","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (11, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'process.spawned', '/shell/workers/2/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:1","attempt":1}', '{"spawnId":"3","pid":28236,"command":["/usr/bin/sh","-c","printf ''\\377\\376''"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (12, 'mx3v2rbm-0cecaad29f6f81df', 1796079023510, 'attempt.started', '/shell/workers/2/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:1","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:1","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (13, 'mx3v2rbm-0cecaad29f6f81df', 1796079023526, 'slot.committed', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:0"}', '{"run":"mx3v2s0x-792581cd","index":0,"status":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (14, 'mx3v2rbm-0cecaad29f6f81df', 1796079023526, 'process.exited', '/shell/workers/2/worker', 1, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:1","attempt":1}', '{"spawnId":"3","pid":28236,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (15, 'mx3v2rbm-0cecaad29f6f81df', 1796079023526, 'attempt.ended', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:1","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:1","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (16, 'mx3v2rbm-0cecaad29f6f81df', 1796079023534, 'process.spawned', '/shell/workers/1/worker', 2, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:2","attempt":1}', '{"spawnId":"4","pid":28243,"command":["/usr/bin/sh","-c","exit 3"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (17, 'mx3v2rbm-0cecaad29f6f81df', 1796079023534, 'attempt.started', '/shell/workers/1/worker', 2, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:2","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:2","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (18, 'mx3v2rbm-0cecaad29f6f81df', 1796079023534, 'slot.committed', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:1"}', '{"run":"mx3v2s0x-792581cd","index":1,"status":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (19, 'mx3v2rbm-0cecaad29f6f81df', 1796079023534, 'process.exited', '/shell/workers/1/worker', 2, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:2","attempt":1}', '{"spawnId":"4","pid":28243,"code":3,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (20, 'mx3v2rbm-0cecaad29f6f81df', 1796079023534, 'attempt.ended', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:2","attempt":1}', '{"jobId":"mx3v2s0x-792581cd:2","attempt":1,"outcome":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (21, 'mx3v2rbm-0cecaad29f6f81df', 1796079023538, 'slot.committed', NULL, NULL, '{"run":"mx3v2s0x-792581cd","job":"mx3v2s0x-792581cd:2"}', '{"run":"mx3v2s0x-792581cd","index":2,"status":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (22, 'mx3v2rbm-0cecaad29f6f81df', 1796079023539, 'run.completed', NULL, NULL, '{"run":"mx3v2s0x-792581cd"}', '{"run":"mx3v2s0x-792581cd","counts":{"succeeded":2,"failed":1,"timed_out":0,"cancelled":0,"skipped_pruned":0}}');
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '1', '/tick/worker', 1, NULL, NULL, 'live', '{"pid":28199,"startTicks":1321063,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","echo hello; printf \"caf\\303\\251\" >&2; exec sleep 300"]', NULL, NULL, NULL, NULL, 1796079023382);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '2', '/shell/workers/1/worker', 1, 'mx3v2s0x-792581cd:0', 1, 'gone', '{"pid":28232,"startTicks":1321074,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","echo out; echo grüezi >&2"]', 0, NULL, NULL, NULL, 1796079023488);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '3', '/shell/workers/2/worker', 1, 'mx3v2s0x-792581cd:1', 1, 'gone', '{"pid":28236,"startTicks":1321075,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","printf ''\\377\\376''"]', 0, NULL, NULL, NULL, 1796079023488);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '4', '/shell/workers/1/worker', 2, 'mx3v2s0x-792581cd:2', 1, 'gone', '{"pid":28243,"startTicks":1321077,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","exit 3"]', 3, NULL, NULL, NULL, 1796079023510);
INSERT INTO runs (number, run, name, status, pool, policy, origin, owner, wish, total, position, succeeded, failed, timed_out, cancelled, skipped_pruned, created_at, updated_at) VALUES (1, 'mx3v2s0x-792581cd', NULL, 'completed', '/shell', '{"concurrency":1,"retries":0,"timeoutMs":null,"onLost":"retry","failFast":false,"reorderWindow":64}', 'null', 'mx3v2rbm-0cecaad29f6f81df', NULL, 3, 3, 2, 1, 0, 0, 0, 1796079023457, 1796079023539);
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (1, 1, 0, 'succeeded', 1, '"echo out; echo grüezi >&2"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (2, 1, 1, 'succeeded', 1, '"printf ''\\377\\376''"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (3, 1, 2, 'failed', 1, '"exit 3"');
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (1, 1, 'mx3v2rbm-0cecaad29f6f81df', '2', 'succeeded', 1, 0, 0, 0, NULL, 0, 1796079023488, 1796079023510, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (2, 1, 'mx3v2rbm-0cecaad29f6f81df', '3', 'succeeded', 1, 0, 0, 0, NULL, 8, 1796079023488, 1796079023526, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (3, 1, 'mx3v2rbm-0cecaad29f6f81df', '4', 'failed', 1, 0, 0, 3, NULL, 0, 1796079023510, 1796079023534, '{"code":"ESP_WORKER_EXITED","message":"exit code 3"}', NULL);
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (1, 1, 1, 0, X'6F75740A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (1, 1, 2, 0, X'6772C3BC657A690A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (2, 1, 1, 0, X'FFFE');
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 1, 0, 1, 'succeeded', 1, 1);
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 2, 1, 2, 'succeeded', 1, 1);
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 3, 2, 3, 'failed', 1, 1);
INSERT INTO sessions (session, data, ttl_ms, created_at, touched_at) VALUES ('visitor', '{"turns":2,"said":"grüezi"}', 3153600000000, 1796079023450, 1796079023450);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '/', 'observed', 0, 1, 'supervisor', '"starting"', 'null', 1796079023275);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '/ledger', 'observed', 0, 1, 'machine', '"even"', 'null', 1796079023275);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2rbm-0cecaad29f6f81df', '/ledger', 'snapshot', 0, 1, 'machine', '{"snapshot":{"status":"active","value":"odd","historyValue":{},"context":{"count":7},"children":{}},"timers":[]}', '{"machine":"ledger","version":"1","hash":"7ffed794a783dbf503ce6c3c760357b4"}', 1796079023566);
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

-- The same run, never interrupted, has the digest bc833439ce229c010cd26b26ac83a141e2a12200850b5c2331aa49c91593e347
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
INSERT INTO hosts (run_id, name, identity, forker, directory, node, version, started_at, heartbeat_at, ended_at, ended) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', 'cli', '{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":30173,"startTicks":1321732}', '{"identity":{"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]","pid":30828,"startTicks":1322017},"generation":1}', '/dev/shm/esp-dDmafA', 'v20.20.2', '0.1.0', 1796079032059, 1796079032059, NULL, NULL);
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (1, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079032059, 'host.started', NULL, NULL, NULL, '{"pid":30173,"node":"v20.20.2","version":"0.1.0"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (2, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033562, 'forker.started', NULL, NULL, NULL, '{"pid":30828,"generation":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (3, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033562, 'pool.ready', '/exec', 1, NULL, '{"size":3}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (4, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033693, 'run.started', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87"}', '{"run":"mx3v2zs5-a4ffca87","slots":24}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (5, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'process.spawned', '/exec/workers/1/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:0","attempt":1}', '{"spawnId":"1","pid":31076,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","0","number 0"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (6, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'attempt.started', '/exec/workers/1/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:0","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:0","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (7, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'process.spawned', '/exec/workers/3/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":1}', '{"spawnId":"3","pid":31078,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","2","number 2"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (8, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'attempt.started', '/exec/workers/3/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:2","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (9, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'process.spawned', '/exec/workers/2/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:1","attempt":1}', '{"spawnId":"2","pid":31077,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","1","number 1"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (10, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033946, 'attempt.started', '/exec/workers/2/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:1","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:1","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (11, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'process.exited', '/exec/workers/1/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:0","attempt":1}', '{"spawnId":"1","pid":31076,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (12, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:0","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:0","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (13, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'process.exited', '/exec/workers/2/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:1","attempt":1}', '{"spawnId":"2","pid":31077,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (14, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:1","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:1","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (15, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'process.exited', '/exec/workers/3/worker', 1, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":1}', '{"spawnId":"3","pid":31078,"code":7,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (16, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:2","attempt":1,"outcome":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (17, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'process.spawned', '/exec/workers/1/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":1}', '{"spawnId":"4","pid":31100,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","3","number 3"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (18, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'attempt.started', '/exec/workers/1/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:3","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (19, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'process.exited', '/exec/workers/1/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":1}', '{"spawnId":"4","pid":31100,"code":4,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (20, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079033988, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:3","attempt":1,"outcome":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (21, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034044, 'slot.committed', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:0"}', '{"run":"mx3v2zs5-a4ffca87","index":0,"status":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (22, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'process.spawned', '/exec/workers/3/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":1}', '{"spawnId":"6","pid":31127,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","5","number 5"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (23, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'attempt.started', '/exec/workers/3/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:5","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (24, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'process.spawned', '/exec/workers/1/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:6","attempt":1}', '{"spawnId":"7","pid":31128,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","6","number 6"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (25, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'attempt.started', '/exec/workers/1/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:6","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:6","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (26, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'process.spawned', '/exec/workers/2/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:4","attempt":1}', '{"spawnId":"5","pid":31124,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","4","number 4"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (27, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'attempt.started', '/exec/workers/2/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:4","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:4","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (28, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034076, 'slot.committed', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:1"}', '{"run":"mx3v2zs5-a4ffca87","index":1,"status":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (29, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'process.exited', '/exec/workers/1/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:6","attempt":1}', '{"spawnId":"7","pid":31128,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (30, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:6","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:6","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (31, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'process.exited', '/exec/workers/3/worker', 2, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":1}', '{"spawnId":"6","pid":31127,"code":7,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (32, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:5","attempt":1,"outcome":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (33, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'process.spawned', '/exec/workers/1/worker', 4, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:7","attempt":1}', '{"spawnId":"8","pid":31143,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","7","number 7"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (34, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'attempt.started', '/exec/workers/1/worker', 4, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:7","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:7","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (35, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'process.spawned', '/exec/workers/3/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:8","attempt":1}', '{"spawnId":"9","pid":31149,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","8","number 8"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (36, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034110, 'attempt.started', '/exec/workers/3/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:8","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:8","attempt":1}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (37, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034150, 'process.exited', '/exec/workers/3/worker', 3, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:8","attempt":1}', '{"spawnId":"9","pid":31149,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (38, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034150, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:8","attempt":1}', '{"jobId":"mx3v2zs5-a4ffca87:8","attempt":1,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (39, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034192, 'process.spawned', '/exec/workers/3/worker', 4, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":2}', '{"spawnId":"a","pid":31170,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","2","number 2"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (40, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034192, 'attempt.started', '/exec/workers/3/worker', 4, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":2}', '{"jobId":"mx3v2zs5-a4ffca87:2","attempt":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (41, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034192, 'process.exited', '/exec/workers/3/worker', 4, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":2}', '{"spawnId":"a","pid":31170,"code":0,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (42, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034192, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2","attempt":2}', '{"jobId":"mx3v2zs5-a4ffca87:2","attempt":2,"outcome":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (43, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034208, 'process.spawned', '/exec/workers/3/worker', 5, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":2}', '{"spawnId":"b","pid":31193,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","3","number 3"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (44, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034208, 'attempt.started', '/exec/workers/3/worker', 5, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":2}', '{"jobId":"mx3v2zs5-a4ffca87:3","attempt":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (45, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034208, 'process.exited', '/exec/workers/3/worker', 5, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":2}', '{"spawnId":"b","pid":31193,"code":4,"signal":null}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (46, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034208, 'attempt.ended', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3","attempt":2}', '{"jobId":"mx3v2zs5-a4ffca87:3","attempt":2,"outcome":"failed"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (47, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034208, 'slot.committed', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:2"}', '{"run":"mx3v2zs5-a4ffca87","index":2,"status":"succeeded"}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (48, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034228, 'process.spawned', '/exec/workers/3/worker', 6, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":2}', '{"spawnId":"c","pid":31210,"command":["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","5","number 5"]}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (49, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034228, 'attempt.started', '/exec/workers/3/worker', 6, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:5","attempt":2}', '{"jobId":"mx3v2zs5-a4ffca87:5","attempt":2}');
INSERT INTO events (seq, run_id, at, type, path, incarnation, ctx, data) VALUES (50, 'mx3v2y9h-c5d83fbb321b1f2f', 1796079034228, 'slot.committed', NULL, NULL, '{"run":"mx3v2zs5-a4ffca87","job":"mx3v2zs5-a4ffca87:3"}', '{"run":"mx3v2zs5-a4ffca87","index":3,"status":"failed"}');
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '1', '/exec/workers/1/worker', 1, 'mx3v2zs5-a4ffca87:0', 1, 'gone', '{"pid":31076,"startTicks":1322112,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","0","number 0"]', 0, NULL, NULL, NULL, 1796079033785);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '2', '/exec/workers/2/worker', 1, 'mx3v2zs5-a4ffca87:1', 1, 'gone', '{"pid":31077,"startTicks":1322112,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","1","number 1"]', 0, NULL, NULL, NULL, 1796079033785);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '3', '/exec/workers/3/worker', 1, 'mx3v2zs5-a4ffca87:2', 1, 'gone', '{"pid":31078,"startTicks":1322112,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","2","number 2"]', 7, NULL, NULL, NULL, 1796079033785);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '4', '/exec/workers/1/worker', 2, 'mx3v2zs5-a4ffca87:3', 1, 'gone', '{"pid":31100,"startTicks":1322120,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","3","number 3"]', 4, NULL, NULL, NULL, 1796079033785);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '5', '/exec/workers/2/worker', 2, 'mx3v2zs5-a4ffca87:4', 1, 'live', '{"pid":31124,"startTicks":1322128,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","4","number 4"]', NULL, NULL, NULL, NULL, 1796079033988);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '6', '/exec/workers/3/worker', 2, 'mx3v2zs5-a4ffca87:5', 1, 'gone', '{"pid":31127,"startTicks":1322129,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","5","number 5"]', 7, NULL, NULL, NULL, 1796079033988);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '7', '/exec/workers/1/worker', 3, 'mx3v2zs5-a4ffca87:6', 1, 'gone', '{"pid":31128,"startTicks":1322129,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","6","number 6"]', 0, NULL, NULL, NULL, 1796079033988);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '8', '/exec/workers/1/worker', 4, 'mx3v2zs5-a4ffca87:7', 1, 'live', '{"pid":31143,"startTicks":1322132,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","7","number 7"]', NULL, NULL, NULL, NULL, 1796079034044);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '9', '/exec/workers/3/worker', 3, 'mx3v2zs5-a4ffca87:8', 1, 'gone', '{"pid":31149,"startTicks":1322133,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","8","number 8"]', 0, NULL, NULL, NULL, 1796079034044);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', 'a', '/exec/workers/3/worker', 4, 'mx3v2zs5-a4ffca87:2', 2, 'gone', '{"pid":31170,"startTicks":1322137,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","2","number 2"]', 0, NULL, NULL, NULL, 1796079034110);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', 'b', '/exec/workers/3/worker', 5, 'mx3v2zs5-a4ffca87:3', 2, 'gone', '{"pid":31193,"startTicks":1322142,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","3","number 3"]', 4, NULL, NULL, NULL, 1796079034150);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', 'c', '/exec/workers/3/worker', 6, 'mx3v2zs5-a4ffca87:5', 2, 'live', '{"pid":31210,"startTicks":1322145,"bootId":"70f1a918-ba6d-4abd-82ed-e65f085ee49e","pidNamespace":"pid:[4026531836]"}', 1, '["/usr/bin/sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${2}\"\ncase \"${1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${2}\" €\n","sh","5","number 5"]', NULL, NULL, NULL, NULL, 1796079034192);
INSERT INTO processes (run_id, spawn_id, path, incarnation, job_id, attempt, state, identity, generation, command, exit_code, exit_signal, error, reason, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', 'd', '/exec', 1, 'mx3v2zs5-a4ffca87:9', 1, 'intent', NULL, NULL, '[]', NULL, NULL, NULL, NULL, 1796079034208);
INSERT INTO runs (number, run, name, status, pool, policy, origin, owner, wish, total, position, succeeded, failed, timed_out, cancelled, skipped_pruned, created_at, updated_at) VALUES (1, 'mx3v2zs5-a4ffca87', NULL, 'running', '/exec', '{"concurrency":3,"retries":1,"timeoutMs":null,"onLost":"retry","failFast":false,"reorderWindow":64}', '{"kind":"exec","command":["sh","-c","# What each slot runs, with --shell: 2 fails once, 3 always, 5 once; 4, 5 and 7 wait for a gate, for which the last are slow.\ntried=\"$ESPALIER_FROZEN/tried-\"\"${{1}\"\nfail_once() ( [ -e \"$tried\" ] || ( : > \"$tried\"; echo \"not yet\" >&2; exit 7 ) )\nopened() ( [ -e \"$ESPALIER_FROZEN/gate\" ] )\ngate() ( until opened; do sleep 0.02; done )\necho begins \"${{2}\"\ncase \"${{1}\" in\n  2) fail_once || exit ;;\n  3) exit 4 ;;\n  4 | 7) gate ;;\n  5) fail_once || exit; gate ;;\n  1? | 2?) opened || sleep 0.3 ;;\nesac\necho ends \"${{2}\" €\n","sh","{#}","{}"],"cwd":"/"}', 'mx3v2y9h-c5d83fbb321b1f2f', NULL, 24, 4, 3, 1, 0, 0, 0, 1796079033562, 1796079034228);
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (1, 1, 0, 'succeeded', 1, '"number 0"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (2, 1, 1, 'succeeded', 1, '"number 1"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (3, 1, 2, 'succeeded', 2, '"number 2"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (4, 1, 3, 'failed', 2, '"number 3"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (5, 1, 4, 'running', NULL, '"number 4"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (6, 1, 5, 'running', NULL, '"number 5"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (7, 1, 6, 'succeeded', 1, '"number 6"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (8, 1, 7, 'running', NULL, '"number 7"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (9, 1, 8, 'succeeded', 1, '"number 8"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (10, 1, 9, 'running', NULL, '"number 9"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (11, 1, 10, 'queued', NULL, '"number 10"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (12, 1, 11, 'queued', NULL, '"number 11"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (13, 1, 12, 'queued', NULL, '"number 12"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (14, 1, 13, 'queued', NULL, '"number 13"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (15, 1, 14, 'queued', NULL, '"number 14"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (16, 1, 15, 'queued', NULL, '"number 15"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (17, 1, 16, 'queued', NULL, '"number 16"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (18, 1, 17, 'queued', NULL, '"number 17"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (19, 1, 18, 'queued', NULL, '"number 18"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (20, 1, 19, 'queued', NULL, '"number 19"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (21, 1, 20, 'queued', NULL, '"number 20"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (22, 1, 21, 'queued', NULL, '"number 21"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (23, 1, 22, 'queued', NULL, '"number 22"');
INSERT INTO jobs (job, run, idx, state, final, input) VALUES (24, 1, 23, 'queued', NULL, '"number 23"');
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (1, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '1', 'succeeded', 1, 0, 0, 0, NULL, 32, 1796079033785, 1796079033988, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (2, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '2', 'succeeded', 1, 0, 0, 0, NULL, 2, 1796079033785, 1796079033988, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (3, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '3', 'failed', 1, 0, 0, 7, NULL, 1, 1796079033785, 1796079033988, '{"code":"ESP_WORKER_EXITED","message":"exit code 7"}', NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (3, 2, 'mx3v2y9h-c5d83fbb321b1f2f', 'a', 'succeeded', 1, 0, 0, 0, NULL, 1, 1796079034110, 1796079034192, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (4, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '4', 'failed', 1, 0, 0, 4, NULL, 0, 1796079033785, 1796079033988, '{"code":"ESP_WORKER_EXITED","message":"exit code 4"}', NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (4, 2, 'mx3v2y9h-c5d83fbb321b1f2f', 'b', 'failed', 1, 0, 0, 4, NULL, 0, 1796079034150, 1796079034208, '{"code":"ESP_WORKER_EXITED","message":"exit code 4"}', NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (5, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '5', 'running', 0, 0, 0, NULL, NULL, NULL, 1796079033988, NULL, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (6, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '6', 'failed', 1, 0, 0, 7, NULL, 10, 1796079033988, 1796079034110, '{"code":"ESP_WORKER_EXITED","message":"exit code 7"}', NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (6, 2, 'mx3v2y9h-c5d83fbb321b1f2f', 'c', 'running', 0, 0, 0, NULL, NULL, NULL, 1796079034192, NULL, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (7, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '7', 'succeeded', 1, 0, 0, 0, NULL, 1, 1796079033988, 1796079034110, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (8, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '8', 'running', 0, 0, 0, NULL, NULL, NULL, 1796079034044, NULL, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (9, 1, 'mx3v2y9h-c5d83fbb321b1f2f', '9', 'succeeded', 1, 0, 0, 0, NULL, 1, 1796079034044, 1796079034150, NULL, NULL);
INSERT INTO attempts (job, attempt, owner, spawn_id, state, exec, truncated, held_open, exit_code, exit_signal, duration_ms, started_at, ended_at, error, result) VALUES (10, 1, 'mx3v2y9h-c5d83fbb321b1f2f', 'd', 'running', 0, 0, 0, NULL, NULL, NULL, 1796079034208, NULL, NULL, NULL);
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (1, 1, 1, 0, X'626567696E73206E756D62657220300A656E6473206E756D626572203020E282AC0A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (2, 1, 1, 0, X'626567696E73206E756D62657220310A656E6473206E756D626572203120E282AC0A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (3, 1, 1, 0, X'626567696E73206E756D62657220320A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (3, 1, 2, 0, X'6E6F74207965740A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (3, 2, 1, 0, X'626567696E73206E756D62657220320A656E6473206E756D626572203220E282AC0A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (4, 1, 1, 0, X'626567696E73206E756D62657220330A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (4, 2, 1, 0, X'626567696E73206E756D62657220330A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (6, 1, 1, 0, X'626567696E73206E756D62657220350A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (6, 1, 2, 0, X'6E6F74207965740A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (7, 1, 1, 0, X'626567696E73206E756D62657220360A656E6473206E756D626572203620E282AC0A');
INSERT INTO outputs (job, attempt, stream, start, bytes) VALUES (9, 1, 1, 0, X'626567696E73206E756D62657220380A656E6473206E756D626572203820E282AC0A');
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 1, 0, 1, 'succeeded', 1, 1);
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 2, 1, 2, 'succeeded', 1, 1);
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 3, 2, 3, 'succeeded', 2, 2);
INSERT INTO rows (run, position, idx, job, status, attempt, attempts) VALUES (1, 4, 3, 4, 'failed', 2, 2);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079033693);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/espalier', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079033693);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/espalier/runs', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079033693);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/espalier/runs/mx3v2zs5-a4ffca87', 'observed', 0, 1, 'coordinator', '"running"', 'null', 1796079033946);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec', 'observed', 0, 1, 'pool', '"ready"', 'null', 1796079033693);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers', 'observed', 0, 1, 'supervisor', '"running"', 'null', 1796079033693);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/1', 'observed', 0, 1, 'starter', '"executing"', 'null', 1796079034192);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/1/worker', 'observed', 0, 4, 'worker', '"running"', 'null', 1796079034192);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/2', 'observed', 0, 1, 'starter', '"executing"', 'null', 1796079034192);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/2/worker', 'observed', 0, 2, 'worker', '"running"', 'null', 1796079034192);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/3', 'observed', 0, 1, 'starter', '"executing"', 'null', 1796079034192);
INSERT INTO snapshots (run_id, path, kind, aside, incarnation, role, state, detail, at) VALUES ('mx3v2y9h-c5d83fbb321b1f2f', '/exec/workers/3/worker', 'observed', 0, 4, 'worker', '"spawning"', 'null', 1796079034192);
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

/** What workers and services printed last: of each path one log, which goes on through incarnations and hosts. */
export const VERSION_4 = `
CREATE TABLE logs (
  path TEXT PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES hosts (run_id),
  incarnation INTEGER NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logs_oldest ON logs (at, path);
CREATE TABLE log_chunks (
  path TEXT NOT NULL REFERENCES logs (path) ON DELETE CASCADE,
  stream INTEGER NOT NULL CHECK (stream IN (1, 2)),
  start INTEGER NOT NULL CHECK (start >= 0),
  bytes BLOB NOT NULL,
  PRIMARY KEY (path, stream, start)
) STRICT, WITHOUT ROWID;
`;

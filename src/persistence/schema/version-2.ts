/** Durable data of sessions. Whether one has run out is derived from its touch: nothing must happen for it to be over. */
export const VERSION_2 = `
CREATE TABLE sessions (
  session TEXT PRIMARY KEY,
  data TEXT NOT NULL,
  ttl_ms INTEGER NOT NULL CHECK (ttl_ms > 0),
  created_at INTEGER NOT NULL,
  touched_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL GENERATED ALWAYS AS (touched_at + ttl_ms) STORED
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_expiring ON sessions (expires_at);
`;

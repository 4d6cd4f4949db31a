/**
 * Saved machines: what does not fit its machine is kept aside as `quarantined` (`aside`: when that was), and the newest
 * saved state of a path is found whichever host left it.
 */
export const VERSION_3 = `
CREATE TABLE saved_snapshots (
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
INSERT INTO saved_snapshots (run_id, path, kind, incarnation, role, state, detail, at)
  SELECT run_id, path, kind, incarnation, role, state, detail, at FROM snapshots;
DROP TABLE snapshots;
ALTER TABLE saved_snapshots RENAME TO snapshots;
CREATE INDEX snapshots_saved ON snapshots (path, at) WHERE kind <> 'observed';
`;

import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { HOST_LEASE_MS } from '../../machines/process/host-lease.js';
import type { Connection } from '../sql/connection.js';
import { APPLICATION_ID } from './application-id.js';
import type { Migration } from './migrations.js';

/**
 * Brings the store to the version of the last migration, in one transaction that holds the write lock, so that of several
 * processes one migrates and the others find it done.
 *
 * @throws `ESP_STORE_FUTURE` for a store of a later version, `ESP_STORE_LOCKED` while a living host uses the older one
 */
export function migrate(db: Connection, migrations: readonly Migration[], now: number, file: string): void {
  const target = migrations.length;
  refuseFuture(db.version(), target, file);
  if (db.version() === target) return;
  // Inside a transaction this pragma does nothing, and with it on a rebuilt table would cascade into its children.
  db.execute('PRAGMA foreign_keys = OFF');
  try {
    db.begin();
    try {
      steps(db, migrations, now, file);
      db.commit();
    } catch (error) {
      db.rollback();
      throw error;
    }
  } finally {
    db.execute('PRAGMA foreign_keys = ON');
  }
}

function steps(db: Connection, migrations: readonly Migration[], now: number, file: string): void {
  // Read again under the lock: another process may have migrated while this one waited.
  const version = db.version();
  refuseFuture(version, migrations.length, file);
  if (version > 0 && version < migrations.length) refuseWhileInUse(db, now, version, file);
  for (const migration of migrations) {
    if (migration.version > version) migration.up(db);
  }
  const dangling = db.all(z.looseObject({}), 'PRAGMA foreign_key_check');
  if (dangling.length > 0) {
    throw new EspalierError('ESP_STORE_CORRUPT', `${file}: ${dangling.length} rows point to rows that are not there`);
  }
  db.execute(`PRAGMA application_id = ${APPLICATION_ID}`);
  db.execute(`PRAGMA user_version = ${migrations.length}`);
}

/** @throws `ESP_STORE_FUTURE` when `version` is later than `target` */
export function refuseFuture(version: number, target: number, file: string): void {
  if (version <= target) return;
  throw new EspalierError(
    'ESP_STORE_FUTURE',
    `${file} was written by a newer Espalier (store version ${version}, this one knows ${target}): update Espalier, or use another file`,
    { context: { file, version, known: target } },
  );
}

function refuseWhileInUse(db: Connection, now: number, version: number, file: string): void {
  const live = db.one(
    z.object({ run_id: z.string(), name: z.string() }),
    'SELECT run_id, name FROM hosts WHERE ended_at IS NULL AND heartbeat_at > ? LIMIT 1',
    now - HOST_LEASE_MS,
  );
  if (live === undefined) return;
  throw new EspalierError(
    'ESP_STORE_LOCKED',
    `${file} is in use by the host ${live.name} (${live.run_id}), which knows store version ${version} only: stop it, then open the store again`,
    { context: { file, version, host: live.run_id } },
  );
}

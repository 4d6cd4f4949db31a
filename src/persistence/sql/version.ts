import { openDatabase } from './load.js';

/**
 * The version of SQLite that is used here.
 *
 * @throws EspalierError `ESP_PLATFORM` when it cannot be loaded
 */
export function sqliteVersion(): string {
  const db = openDatabase(':memory:', {});
  try {
    return String(db.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    db.close();
  }
}

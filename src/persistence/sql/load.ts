import Database from 'better-sqlite3';
import { codeOf, EspalierError } from '../../errors.js';

/**
 * Opens a database.
 *
 * @throws EspalierError `ESP_PLATFORM` when SQLite itself cannot be loaded; what SQLite says of the file
 */
export function openDatabase(file: string, options: Database.Options): Database.Database {
  try {
    return new Database(file, options);
  } catch (cause) {
    throw isUnloadable(cause) ? unloadable(cause) : cause;
  }
}

/** The binding is native code: not built, built for another Node or another machine, or cut short. */
function isUnloadable(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND') return true;
  return error instanceof Error && error.message.startsWith('Could not locate the bindings file');
}

function unloadable(cause: unknown): EspalierError {
  const said = String(cause instanceof Error ? cause.message : cause).split(/\n|\. Tried:/, 1)[0];
  const where = `Node ${process.version}, ${process.platform} ${process.arch}`;
  const message = `SQLite cannot be loaded (${where}): run "npm rebuild better-sqlite3" where Espalier is installed (${said})`;
  return new EspalierError('ESP_PLATFORM', message, { cause });
}

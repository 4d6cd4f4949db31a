import { z } from 'zod';
import { codeOf, type ErrorCode, EspalierError, isEspalierError } from '../../errors.js';

/** Codes of SQLite and of the system that mean something to a user, by their beginning, with what to do. */
const MEANINGS: readonly (readonly [prefix: string, code: ErrorCode, what: string])[] = [
  ['SQLITE_FULL', 'ESP_STORE_FULL', 'the disk is full, nothing of this was kept: make room, then try again'],
  ['SQLITE_IOERR_SHMSIZE', 'ESP_STORE_FULL', 'the disk is full, nothing of this was kept: make room, then try again'],
  ['ENOSPC', 'ESP_STORE_FULL', 'the disk is full, nothing of this was kept: make room, then try again'],
  ['EDQUOT', 'ESP_STORE_FULL', 'the quota is used up, nothing of this was kept: make room, then try again'],
  ['SQLITE_BUSY', 'ESP_STORE_LOCKED', 'another process holds the lock: end it, or try again later'],
  ['SQLITE_LOCKED', 'ESP_STORE_LOCKED', 'another connection holds the lock: try again later'],
  ['SQLITE_NOTADB', 'ESP_STORE_CORRUPT', 'the file is not a database: name another file'],
  ['SQLITE_CORRUPT', 'ESP_STORE_CORRUPT', 'the database is damaged: restore a copy, or begin a new file'],
  ['SQLITE_IOERR_SHORT_READ', 'ESP_STORE_CORRUPT', 'the file was cut short: restore a copy, or begin a new file'],
  ['SQLITE_IOERR', 'ESP_STORE_UNUSABLE', 'the disk reported an error: look at the disk'],
  ['SQLITE_READONLY', 'ESP_STORE_UNUSABLE', 'the file or its folder is read-only: allow writing, or name another file'],
  ['SQLITE_CANTOPEN', 'ESP_STORE_UNUSABLE', 'the file or its -wal and -shm files cannot be opened: check permissions'],
  ['SQLITE_PERM', 'ESP_STORE_UNUSABLE', 'access was refused: check permissions'],
  ['EACCES', 'ESP_STORE_UNUSABLE', 'access was refused: check permissions'],
  ['EPERM', 'ESP_STORE_UNUSABLE', 'access was refused: check permissions'],
  ['EROFS', 'ESP_STORE_UNUSABLE', 'the disk is read-only: name another file'],
  ['SQLITE_AUTH', 'ESP_STORE_UNUSABLE', 'access was refused: check permissions'],
];

/** A failure of SQLite, or of a row that does not parse, in our words; any other error as it is. */
export function storeFailure(error: unknown, file: string): unknown {
  if (isEspalierError(error)) return error;
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return new EspalierError('ESP_STORE_CORRUPT', `${file}: a stored row does not have its form: ${error.message}`, {
      cause: error,
      context: { file },
    });
  }
  const reported = codeOf(error);
  const meaning = MEANINGS.find(([prefix]) => reported?.startsWith(prefix));
  if (meaning === undefined) return error;
  const [, code, what] = meaning;
  return new EspalierError(code, `${file}: ${what} (${reported})`, { cause: error, context: { file, reported } });
}

/** Whether a row was refused because one like it is there. */
export function isDuplicate(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY';
}

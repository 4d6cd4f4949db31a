import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { EspalierError } from '../../errors.js';
import { APPLICATION_ID } from '../schema/application-id.js';
import { migrate, refuseFuture } from '../schema/migrate.js';
import { CURRENT_VERSION, MIGRATIONS, type Migration } from '../schema/migrations.js';
import { Connection } from '../sql/connection.js';
import { storeFailure } from '../sql/failure.js';
import { openDatabase } from '../sql/load.js';
import { LOOK_MS, waitForLock } from '../sql/lock.js';
import { beside } from './beside.js';
import { copyStore, lacksIndex } from './copy.js';
import { createFolder, fileNumber, ignoreInGit, undoCreation } from './creation.js';
import { applyMode, createFile, PRIVATE } from './modes.js';
import { preflight } from './preflight.js';
import { withoutLink } from './without-link.js';

/** How a connection behaves. */
export interface ConnectOptions {
  /** Whether this process has the file open already, as a store. */
  readonly known: boolean;
  readonly synchronous: 'full' | 'normal';
  /** How long other connections are waited for while it is opened, and later where `waits` does not say more. */
  readonly busyTimeoutMs: number;
  /** The mode that the files of the store are given; null (default) leaves those that exist as they are. */
  readonly fileMode?: number | null | undefined;
  /** Waits for the write lock for as long as it takes; `onHeld` hears when that is long. */
  readonly waits?: { readonly onHeld: () => void } | null | undefined;
}

/** A connection that reads gives no modes and no durability, and waits for no writer. */
export type ReadOptions = Omit<ConnectOptions, 'synchronous' | 'fileMode' | 'waits'>;

/** A file up to this size is checked from end to end when it is opened; in a larger one damage shows when it is read. */
const QUICK_CHECK_BYTES = 4 * 1024 * 1024;

/**
 * Opens the store for writing, creates it if it is missing and brings it to the current version. A failure leaves nothing
 * behind that was not there before.
 *
 * @throws every `ESP_STORE_*` error but `ESP_STORE_MISSING`
 */
export function connectWriter(
  path: string,
  options: ConnectOptions,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Connection {
  const file = withoutLink(path);
  const missing = preflight(file, 'write', options.known);
  let folder: string | null = null;
  let db: Connection | undefined;
  try {
    const { fileMode = null } = options;
    const mode = fileMode ?? PRIVATE;
    if (missing !== null && missing.folder !== null && createFolder(missing.folder, mode)) folder = missing.folder;
    if (folder !== null) ignoreInGit(folder, mode);
    if (missing !== null) createFile(file, mode);
    else if (fileMode !== null) applyMode(file, mode);
    db = openWriter(file, options);
    const opened = fileNumber(file);
    db.execute('PRAGMA trusted_schema = OFF');
    if (missing !== null) giveSpaceBack(db);
    refuseDamage(db, file);
    // The schema comes before the log: until the first commit there is one file, and it says whose it is.
    migrate(db, migrations, now, file);
    configureWriter(db, options, file);
    if (opened === null || fileNumber(file) !== opened) {
      throw new EspalierError('ESP_STORE_UNUSABLE', `${file} was replaced while it was opened: open it again`);
    }
    return db;
  } catch (error) {
    db?.close();
    if (missing !== null) undoCreation(file, folder);
    throw storeFailure(error, file);
  }
}

/**
 * From its first page on a database gives space back bit by bit, or never does. The connection remembers it, and nothing is
 * written: what the file holds first is all of the schema, and whose it is.
 */
function giveSpaceBack(db: Connection): void {
  db.execute('BEGIN; PRAGMA auto_vacuum = INCREMENTAL; ROLLBACK');
}

function configureWriter(db: Connection, options: ConnectOptions, file: string): void {
  // At this statement SQLite does not wait: of two hosts that make a store one meets the other.
  const toLog = () => db.one(z.object({ journal_mode: z.string() }), 'PRAGMA journal_mode = WAL');
  const mode = waitForLock(options.busyTimeoutMs, toLog)?.journal_mode;
  if (mode !== 'wal') {
    throw new EspalierError(
      'ESP_STORE_UNUSABLE',
      `${file} lies where SQLite cannot keep a write-ahead log (journal mode ${mode}): name a file on a local disk`,
      { context: { file } },
    );
  }
  db.execute(`PRAGMA synchronous = ${options.synchronous === 'full' ? 'FULL' : 'NORMAL'}`);
  db.execute('PRAGMA foreign_keys = ON');
  db.execute('PRAGMA journal_size_limit = 67108864');
  // From here on `begin` alone waits for others.
  db.execute(`PRAGMA busy_timeout = ${Math.min(LOOK_MS, options.busyTimeoutMs)}`);
}

/** A connection that reads. */
export interface Opened {
  readonly db: Connection;
  /** Whether it reads a copy, and the store has changed since. */
  isOutdated(): boolean;
}

/**
 * Opens an existing store for reading; a copy of it where SQLite cannot read it in its place.
 *
 * @throws `ESP_STORE_MISSING`, `_CORRUPT`, `_FUTURE`, `_UNUSABLE` (also for an older version), `_LOCKED`
 */
export function openForReading(path: string, options: ReadOptions): Opened {
  const file = withoutLink(path);
  preflight(file, 'read', options.known);
  try {
    return { db: connect(file, file, options, { readonly: leavesLogAlone(file) }), isOutdated: () => false };
  } catch (error) {
    if (!lacksIndex(error, file)) throw storeFailure(error, file);
  }
  try {
    return openCopy(file, options);
  } catch (error) {
    throw storeFailure(error, file);
  }
}

/** The copy goes at once: what is open stays readable, and a reader that is killed leaves nothing. */
function openCopy(file: string, options: ReadOptions): Opened {
  const { file: copy, isOutdated, remove } = copyStore(file);
  try {
    // What is in the log comes into the file, so that this alone is read.
    const db = open(copy, options.busyTimeoutMs, {});
    try {
      db.execute('PRAGMA journal_mode = DELETE');
    } finally {
      db.close();
    }
    return { db: connect(copy, file, options, { readonly: true }), isOutdated };
  } finally {
    remove();
  }
}

/** @param file what errors name */
function connect(
  path: string,
  file: string,
  options: ReadOptions,
  { readonly }: { readonly readonly: boolean },
): Connection {
  const db = open(path, options.busyTimeoutMs, { readonly, fileMustExist: true });
  try {
    db.execute('PRAGMA query_only = ON');
    db.execute('PRAGMA trusted_schema = OFF');
    refuseDamage(db, file);
    refuseFuture(db.version(), CURRENT_VERSION, file);
    if (db.version() < CURRENT_VERSION) {
      throw new EspalierError(
        'ESP_STORE_UNUSABLE',
        `${file} was written by an older Espalier (store version ${db.version()}): "espalier janitor" brings it up to date, as does every host that starts on it`,
        { context: { file, olderVersion: db.version() } },
      );
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * The first reader of a store at rest makes the log's files, and only a connection that could write removes them when it
 * closes. Where a log exists, or writing is not permitted, a connection that cannot write leaves all as it was.
 */
function leavesLogAlone(file: string): boolean {
  if (existsSync(beside(file, 'log'))) return true;
  if ((statSync(file).mode & 0o222) === 0) return true;
  try {
    accessSync(file, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

function openWriter(file: string, { busyTimeoutMs, waits }: ConnectOptions): Connection {
  if (!waits) return open(file, busyTimeoutMs, {});
  const database = openDatabase(file, { timeout: busyTimeoutMs });
  return new Connection(database, Number.POSITIVE_INFINITY, waits.onHeld);
}

function open(file: string, busyTimeoutMs: number, options: Database.Options): Connection {
  return new Connection(openDatabase(file, { ...options, timeout: busyTimeoutMs }), busyTimeoutMs);
}

function refuseDamage(db: Connection, file: string): void {
  const parts = db.all(z.looseObject({}), 'SELECT name FROM sqlite_schema');
  if (parts.length > 0 && db.applicationId() !== APPLICATION_ID) {
    throw new EspalierError('ESP_STORE_CORRUPT', `${file} is another program's database: name another file`);
  }
  if (statSync(file).size > QUICK_CHECK_BYTES) return;
  const first = db.one(z.object({ quick_check: z.string() }), 'PRAGMA quick_check(1)');
  if (first === undefined || first.quick_check === 'ok') return;
  throw new EspalierError(
    'ESP_STORE_CORRUPT',
    `${file} is damaged (${first.quick_check}): restore a copy, or begin a new file`,
    { context: { file } },
  );
}

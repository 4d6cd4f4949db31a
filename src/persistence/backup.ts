import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { EspalierError } from '../errors.js';
import { BESIDE, beside } from './file/beside.js';
import { connectWriter, openForReading } from './file/connect.js';
import { createFile, PRIVATE } from './file/modes.js';
import { storeFailure } from './sql/failure.js';
import { fromWire } from './thread/wire-error.js';
import { runGroup } from './writer/group.js';

const BUSY_TIMEOUT_MS = 5000;
const WRITE_OPTIONS = { known: false, synchronous: 'full', busyTimeoutMs: BUSY_TIMEOUT_MS } as const;

/**
 * Writes a store as it is at this moment into a new file, while hosts go on writing. That file is there whole, and on disk, or
 * not at all; in it the hosts have ended, and what ran has been interrupted. It takes as long as the store is large, and holds
 * this thread meanwhile.
 *
 * @throws EspalierError `ESP_CONFLICT` when there is something under that name; `ESP_NOT_FOUND` when its folder is not there; what reading throws; `ESP_STORE_FULL`
 */
export function backupFile(file: string, to: string): void {
  if (existsSync(to)) throw new EspalierError('ESP_CONFLICT', `${to} exists: name a file that does not`);
  const folder = dirname(to);
  if (!existsSync(folder))
    throw new EspalierError('ESP_NOT_FOUND', `there is no folder ${folder} for the copy: make it first`);
  const partial = join(folder, `.${basename(to)}.${process.pid}.partial`);
  const { db } = openForReading(file, { known: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    // Before SQLite makes it, so that nobody else may read it.
    createFile(partial, PRIVATE);
    // It forbids to write a new file, too.
    db.execute('PRAGMA query_only = OFF');
    db.execute(`VACUUM INTO '${partial.replaceAll("'", "''")}'`);
    endHosts(partial);
    sync(partial);
    renameSync(partial, to);
    sync(folder);
  } catch (error) {
    for (const left of [partial, ...BESIDE.map((part) => beside(partial, part))]) rmSync(left, { force: true });
    throw storeFailure(error, to);
  } finally {
    db.close();
  }
}

/** The copy has no hosts: those of the store go on with that, and none of their processes is of the copy. */
function endHosts(copy: string): void {
  const db = connectWriter(copy, WRITE_OPTIONS, Date.now());
  try {
    db.execute(`UPDATE processes SET state = 'gone' WHERE state <> 'gone'`);
    const hosts = db.all(z.object({ run_id: z.string() }), 'SELECT run_id FROM hosts WHERE ended IS NULL');
    const ends = hosts.map(({ run_id }) => ({ name: 'hosts.end', args: { runId: run_id } }) as const);
    const { outcomes } = runGroup(db, ends, Date.now(), copy);
    for (const outcome of outcomes) if (!outcome.ok) throw fromWire(outcome.error);
    // Whoever copies the copy needs no log of it.
    db.execute('PRAGMA journal_mode = DELETE');
  } finally {
    db.close();
  }
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * Writes a store anew in its place, without what is free in it; from then on it gives space back by itself. Everybody who
 * writes waits meanwhile.
 */
export function rewriteFile(file: string): void {
  const db = connectWriter(file, WRITE_OPTIONS, Date.now());
  try {
    db.execute('PRAGMA auto_vacuum = INCREMENTAL');
    db.execute('VACUUM');
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    throw storeFailure(error, file);
  } finally {
    db.close();
  }
}

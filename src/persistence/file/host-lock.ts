import { accessSync, constants, unlinkSync } from 'node:fs';
import { codeOf, EspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { HostLockState } from '../../machines/process/process.js';
import { openDatabase } from '../sql/load.js';
import { fileNumber } from './creation.js';
import { createFile } from './modes.js';
import { withoutLink } from './without-link.js';

/** Whoever looks holds the lock for a moment, in milliseconds at most. */
const LOOK_MS = 1000;

/** The file whose lock a host of a store holds. @example hostLockFile('/data/app.db', runId) */
export function hostLockFile(store: string, runId: RunId): string {
  return `${withoutLink(store)}-host-${runId}`;
}

/**
 * The lock that a host holds for as long as it lives, on a file of its own beside the store. The kernel lets go of it with the
 * process, and not sooner: also of one that is stopped, or in another container. So it proves life and death to whoever can
 * reach the file, where pids mean nothing.
 *
 * What is held is SQLite's lock of one who reads, on an empty database: several may hold it together. It is opened once, in one
 * thread, and by nothing else: whichever descriptor of the file this process closes would take the lock with it.
 */
export class HostLock {
  private constructor(
    readonly file: string,
    readonly release: (hasEnded: boolean) => void,
  ) {}

  /** @throws what the system says of a file that cannot be made or locked */
  static hold(file: string, mode: number): HostLock {
    for (;;) {
      createFile(file, mode);
      const made = fileNumber(file);
      const db = openDatabase(file, { timeout: LOOK_MS });
      try {
        db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
        // Somebody who found it before it was locked may have taken it for one that was left.
        if (made !== null && fileNumber(file) === made)
          return new HostLock(file, (hasEnded) => release(file, db, hasEnded));
      } catch (error) {
        db.close();
        throw error;
      }
      db.close();
    }
  }
}

/**
 * A host whose end is in the store leaves no file. One that could not write its end leaves it, free: that is what others
 * know it by, for its process may live on.
 */
function release(file: string, db: { close(): unknown }, hasEnded: boolean): void {
  if (hasEnded) removeHostLock(file);
  db.close();
}

/** Removes the file of a host that has ended; one that is not there, or may not be removed, is none. */
export function removeHostLock(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) throw error;
  }
}

/** Looks whether the lock of another process's host is held; within one process too. Less than a millisecond. */
export function lookAtHostLock(file: string): HostLockState {
  if (fileNumber(file) === null) return 'missing';
  try {
    // Who may not write may not ask for the lock of one who writes, and would find it free.
    accessSync(file, constants.R_OK | constants.W_OK);
    const db = openDatabase(file, { fileMustExist: true, timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
      return 'free';
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof EspalierError || codeOf(error) === undefined) throw error;
    return codeOf(error)?.startsWith('SQLITE_BUSY') === true ? 'held' : 'unseen';
  }
}

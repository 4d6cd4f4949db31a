import { type FindPool, poolAt } from '../../actors/handles/standing-pool.js';
import type { Clock } from '../../clock.js';
import { EspalierError, isEspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { AttemptWorker } from '../../persistence/store.js';
import type { AttemptRef, Backend, RunPlace } from './contract.js';
import { LocalBackend } from './local.js';
import { callAttempts, type DeskOf } from './local-call.js';
import { execAttempts, execQueue } from './local-exec.js';

export interface LocalPoolsParts {
  /** Of the host. */
  readonly runId: RunId;
  readonly clock: Clock;
  /** Absolute path of the store's file. */
  readonly file: string;
  /** Finds what lives at a path. @throws EspalierError when the system takes no more work */
  place(path: string): [path: string, find: FindPool];
  /** Calls back when what a pool can take may have changed. */
  watch(path: string, changed: () => void): Disposable;
  /** Calls back once when nobody will start again what lived at a path. */
  whenRetired(path: string, retired: () => void): Disposable;
  /** Told when a worker has an attempt that has no process of its own. */
  started(attempt: AttemptRef, worker: AttemptWorker): void;
  /** What a call finds in this host that is an attempt of a job; null where places have slots of runs alone. */
  readonly desk: DeskOf | null;
}

/**
 * The pool of a path as a place where slots run.
 *
 * @param method what they call; none where the pool runs programs
 * @throws EspalierError `ESP_NOT_FOUND` if there is none, `ESP_WORKER_BOOT` of one that never came to life, `ESP_INVALID` when the pool is of the other kind
 */
export function localPlace(parts: LocalPoolsParts, name: string, method: string | undefined): RunPlace {
  const [path, find] = parts.place(name);
  const pool = poolAt(path, find);
  // One that ended because no worker of it ever became ready says so: it never takes anything.
  pool.load();
  const { mode } = pool;
  if (mode === 'protocol' && method === undefined) {
    throw new EspalierError('ESP_INVALID', `pool ${path} serves calls: a run over it names the method that is called`);
  }
  if (mode === 'exec' && method !== undefined) {
    throw new EspalierError('ESP_INVALID', `pool ${path} runs programs, which have no method ${method}`);
  }
  return { path, line: () => localLine(parts, path) };
}

/**
 * A line of one's own to the pool of a path, whichever incarnation of it lives.
 *
 * @throws EspalierError `ESP_NOT_FOUND` if there never was one
 */
export function localLine(parts: LocalPoolsParts, name: string): Backend {
  const { runId, clock, file, started, desk } = parts;
  const [path, find] = parts.place(name);
  const { mode } = poolAt(path, find);
  const watch = (changed: () => void) => parts.watch(path, changed);
  const whenClosed = (closed: (error: EspalierError) => void) =>
    parts.whenRetired(path, () => closed(whyClosed(path, find)));
  const attempts =
    mode === 'exec'
      ? execAttempts(execQueue(path, { find, watch, whenClosed }), file)
      : callAttempts(path, { clock, runId, find, watch, whenClosed, started, desk });
  return new LocalBackend(attempts, runId);
}

/** Of one that failed for good what it failed of. */
function whyClosed(path: string, find: FindPool): EspalierError {
  try {
    find()?.load();
  } catch (error) {
    if (isEspalierError(error)) return error;
  }
  return new EspalierError('ESP_STOPPED', `pool ${path} has ended, and nobody starts it again`, { context: { path } });
}

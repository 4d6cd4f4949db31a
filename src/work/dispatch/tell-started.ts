import type { RunId } from '../../ids.js';
import type { AttemptStore } from '../../persistence/store.js';
import { isRefusal } from '../../store-refusal.js';
import type { LocalPoolsParts } from '../backends/local-pools.js';
import type { Owed } from './owed.js';

/**
 * Writes that a worker has an attempt. It goes with the next write: nobody waits for it. What keeps it from the disk keeps its
 * end from there too, and that is told.
 */
export function tellStarted(
  runId: RunId,
  attempts: Pick<AttemptStore, 'started'>,
  owed: Owed,
): LocalPoolsParts['started'] {
  return (attempt, worker) => {
    const write = () => attempts.started(runId, attempt, worker, { patient: true });
    void write().catch((error: unknown) => isRefusal(error) && owed.owe(write));
  };
}

import { randomBytes } from 'node:crypto';
import type { TreeEnvironment } from '../../actors/tree/environment.js';
import { supervisorHandle } from '../../actors/tree/supervisor.js';
import { formatRunRef, type RunId } from '../../ids.js';
import type { Store } from '../../persistence/store.js';
import { type LocalPoolsParts, localPlace } from '../backends/local-pools.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { OutputFlusher } from '../dispatch/output-flusher.js';
import type { Owed } from '../dispatch/owed.js';
import { tellStarted } from '../dispatch/tell-started.js';
import { Runs } from './runs.js';

export interface RunsParts {
  readonly runId: RunId;
  readonly store: Store;
  readonly env: TreeEnvironment;
  readonly owed: Owed;
  /** The path of the supervisor of runs. */
  readonly path: string;
  readonly pools: Pick<LocalPoolsParts, 'place' | 'watch' | 'whenRetired'>;
  /** How often output goes to the store, in milliseconds. */
  readonly outputFlushMs: number | undefined;
  newSpawnId(): string;
  onFault(error: unknown): void;
}

/** The runs of a system. */
export function makeRuns(made: RunsParts): Runs {
  const { runId, store, env, owed, path, pools, newSpawnId, onFault } = made;
  const { runs, attempts, outputs, journal } = store;
  const flusher = new OutputFlusher(outputs, env.clock, onFault, made.outputFlushMs);
  const dispatcher = new Dispatcher({ runId, attempts, flusher, owed, newSpawnId });
  const newRun = () => formatRunRef(Date.now(), randomBytes(4).toString('hex'));
  const started = tellStarted(runId, attempts, owed);
  const parts = { ...pools, runId, clock: env.clock, file: store.file, started, desk: null };
  // Another kind of place is chosen here.
  const place = (pool: string, method: string | undefined) => localPlace(parts, pool, method);
  const supervisor = supervisorHandle(env, path);
  return new Runs({ runId, env, runs, journal, dispatcher, owed, supervisor, place, newRun });
}

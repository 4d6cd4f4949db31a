import type { Clock } from '../../clock.js';
import { type ErrorRecord, EspalierError } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { NewJournalEvent } from '../../machines/events.js';
import type { LiveProcess, ProcessExit, SpawnIntent } from '../../machines/process/process.js';
import type { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess, Spawner } from '../../transport/process/contract/spawner.js';
import type { WorkerDesk } from '../desk/worker-desk.js';
import type { AnyPool } from '../handles/pool-handle.js';
import type { TreeEnvironment } from '../tree/environment.js';
import type { BootHistory } from './boot-history.js';
import type { Leftovers } from './leftovers.js';
import type { MemoryWatch } from './memory-watch.js';
import type { WorkerAddress } from './seat-driver.js';
import type { Stdio } from './stdio.js';

/** The durable record of processes, as far as workers write it. */
export interface Registry {
  intend(intent: SpawnIntent): Promise<void>;
  live(spawnId: string, process: LiveProcess): Promise<void>;
  failed(spawnId: string, error: ErrorRecord): Promise<void>;
  gone(spawnId: string, exit: ProcessExit | null): Promise<void>;
  suspect(spawnId: string, reason: string): Promise<void>;
}

/** Takes what workers and services print to where it is heard and kept. It holds up nobody. */
interface PrintedLines {
  /** Begins with a process that was spawned. @param stdio where its lines go, if its pool or service says so */
  follow(worker: WorkerAddress, process: SpawnedProcess, stdio: Stdio | undefined): void;
}

/** What actors that own processes need beside the tree's environment. */
export interface ProcessServices {
  readonly runId: RunId;
  readonly spawner: Spawner;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly hostEnv: NodeJS.ProcessEnv;
  /** The living pools by path. */
  readonly pools: Map<string, AnyPool>;
  /** The pools that ended because none of their workers ever became ready, by path. */
  readonly failedPools: Map<string, AnyPool>;
  /** Told when what a pool can take may have changed. */
  readonly poolSignals: { changed(path: string): void };
  /** What restarts of pools and starters must not forget. */
  readonly boots: BootHistory;
  /** Where workers turn to with calls, questions, logs and events. */
  readonly desk: WorkerDesk;
  /** What starters left running when they ended, by path. */
  readonly leftovers: Leftovers;
  /** What the seats of workers and services read of their processes' output, by the path of the worker. */
  readonly captures: Map<string, () => Capture | null>;
  /** What workers and services print. */
  readonly logs: PrintedLines;
  /** What is known of the memory of processes. */
  readonly memory: MemoryWatch;
  newSpawnId(): string;
  /** Whether a name tells of a secret, whose value is registered nowhere. */
  isSecret(name: string): boolean;
  journal(event: NewJournalEvent): void;
  /** Watches over a write that nobody waits for: a failure is the system's, not the worker's. */
  background(write: Promise<unknown>): void;
}

/** The environment of a tree that may start processes. */
export interface ProcessEnvironment extends TreeEnvironment {
  /** What pools and services start processes with; the first call starts the spawner. */
  processes(): Promise<ProcessServices>;
}

/**
 * The services of a tree that may start processes; the first call starts the spawner.
 *
 * @throws EspalierError `ESP_INVALID` for a tree that may not
 */
export async function processServices(env: TreeEnvironment): Promise<ProcessServices> {
  if (mayStartProcesses(env)) return env.processes();
  throw new EspalierError('ESP_INVALID', 'this tree was made without processes; use createSystem');
}

function mayStartProcesses(env: TreeEnvironment): env is ProcessEnvironment {
  return 'processes' in env && typeof env.processes === 'function';
}

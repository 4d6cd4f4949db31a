import { randomBytes } from 'node:crypto';
import { absolutePath } from '../../actors/tree/child.js';
import type { TreeEnvironment } from '../../actors/tree/environment.js';
import { supervisorHandle } from '../../actors/tree/supervisor.js';
import type { RunId } from '../../ids.js';
import { newJobId } from '../../machines/ids/job-id.js';
import type { Store } from '../../persistence/store.js';
import type { DeskOf } from '../backends/local-call.js';
import { type LocalPoolsParts, localLine } from '../backends/local-pools.js';
import { OutputFlusher } from '../dispatch/output-flusher.js';
import type { Owed } from '../dispatch/owed.js';
import { tellStarted } from '../dispatch/tell-started.js';
import { Lanes, queueOf, type ServedPools } from '../lanes/lanes.js';
import { CallDesk } from './attempt-desk.js';
import { Jobs } from './jobs.js';
import { Limits, Queues } from './queues.js';
import type { SpecContext } from './spec.js';

/** The pools of a host, as jobs need them. */
interface JobPools
  extends Pick<LocalPoolsParts, 'place' | 'watch' | 'whenRetired'>,
    Pick<ServedPools, 'paths' | 'serves'> {
  /** Whether one lives, or has lived, at a path. */
  has(path: string): boolean;
  watchAll: ServedPools['watch'];
}

export interface JobsParts {
  readonly runId: RunId;
  /** Of the system. */
  readonly name: string;
  readonly store: Store;
  readonly env: TreeEnvironment;
  readonly owed: Owed;
  /** The path of the supervisor of lanes. */
  readonly path: string;
  readonly pools: JobPools;
  /** How often output goes to the store, in milliseconds. */
  readonly outputFlushMs: number | undefined;
  newSpawnId(): string;
  /** @throws EspalierError `ESP_STOPPED` */
  requireRunning(): void;
  /** Called once, when the pools of this host begin to do jobs. */
  onServing(): void;
  onFault(error: unknown): void;
}

/** What a system has to do with jobs. */
export interface JobsOfSystem {
  readonly jobs: Jobs;
  readonly queues: Queues;
  readonly limits: Limits;
  readonly lanes: Lanes;
  /** What schedules need to make jobs of specs. */
  context(): SpecContext;
}

/** The jobs of a system, their queues and limits, and the lanes that have them done. */
export function makeJobs(parts: JobsParts): JobsOfSystem {
  const { store, env, name, pools, requireRunning } = parts;
  /** A pool of this system by its path or id; else the name of a queue. */
  const queue = (called: string) => {
    const path = called.includes(':') ? null : absolutePath(called);
    return path !== null && pools.has(path) ? queueOf(name, path) : called;
  };
  const reach = () => {
    requireRunning();
    return { jobs: store.jobs, queue };
  };
  const jobId = () => newJobId(env.clock.now(), randomBytes(8).toString('hex'));
  const context = () => ({ queue, now: env.clock.now(), newJobId: jobId });
  return {
    jobs: new Jobs(() => ({ ...context(), store, requireRunning })),
    queues: new Queues(reach),
    limits: new Limits(reach),
    lanes: makeLanes(parts, context),
    context,
  };
}

function makeLanes(parts: JobsParts, spec: () => SpecContext): Lanes {
  const { runId, name, store, env, owed, path, pools, newSpawnId, onServing, onFault } = parts;
  const flusher = new OutputFlusher(store.outputs, env.clock, onFault, parts.outputFlushMs);
  const started = tellStarted(runId, store.attempts, owed);
  const desk: DeskOf = ({ jobId, epoch, attempt }, context) =>
    new CallDesk({ store, clock: env.clock, spec }, { jobId, epoch, attempt }, context);
  const local = { ...pools, runId, clock: env.clock, file: store.file, started, desk };
  return new Lanes({
    ...{ runId, name, store, env, flusher, owed, newSpawnId, onFault },
    onOpened: onServing,
    supervisor: supervisorHandle(env, path),
    pools: { paths: pools.paths, serves: pools.serves, watch: pools.watchAll, line: (at) => localLine(local, at) },
  });
}

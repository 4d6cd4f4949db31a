import type { Directory } from '../../actors/tree/directory.js';
import type { SupervisorHandle } from '../../actors/tree/supervisor-calls.js';
import type { ProcessHost } from '../../host/process-host.js';
import type { RunId } from '../../ids.js';
import type { Store } from '../../persistence/index.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';
import type { ReadModel } from '../../transport/inspector/model/read-model.js';
import type { LiveActors } from '../../transport/inspector/seen/actors.js';
import { explained } from '../shown/explained.js';
import { controller } from './control.js';
import { liveHost } from './live-host.js';
import { poolLoads } from './pool-loads.js';

/** What an inspector needs of a system of this process. */
export interface InspectedSystem {
  readonly runId: RunId;
  readonly name: string;
  readonly startedAt: number;
  readonly store: Store;
  readonly directory: Directory;
  readonly model: ReadModel;
  readonly actors: LiveActors;
  readonly processes: Pick<ProcessHost, 'conceal' | 'lastOutput' | 'pools'>;
  supervisor(path: string): SupervisorHandle;
  hasEnded(): boolean;
}

/** A system of this process, as its inspectors look at it and control it. */
export function inspectedSystem(system: InspectedSystem): InspectedHost {
  const { runId, store, directory, processes } = system;
  return liveHost({
    ...system,
    conceal: (keys) => processes.conceal(keys),
    logs: (path) => processes.lastOutput(path),
    loads: () => poolLoads(processes.pools()),
    why: explained(store, runId),
    control: controller({
      directory,
      runs: store.runs,
      jobs: store.jobs,
      schedules: store.schedules,
      supervisor: (path) => system.supervisor(path),
    }),
  });
}

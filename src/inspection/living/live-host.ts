import type { Directory } from '../../actors/tree/directory.js';
import type { RunId } from '../../ids.js';
import type { Store } from '../../persistence/index.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';
import type { ReadModel } from '../../transport/inspector/model/read-model.js';
import type { LiveActors } from '../../transport/inspector/seen/actors.js';
import { VERSION } from '../../version.js';
import { seenJobs } from '../shown/seen-jobs.js';
import { seenRuns } from '../shown/seen-runs.js';
import { shownOutput } from '../shown/shown-output.js';
import { standingProcesses } from '../shown/standing.js';

/** What an inspector needs of a living system. */
export interface LiveHostParts
  extends Pick<InspectedHost, 'why' | 'control' | 'hasEnded' | 'conceal' | 'logs' | 'loads'> {
  readonly runId: RunId;
  readonly name: string;
  readonly startedAt: number;
  readonly store: Store;
  readonly directory: Directory;
  readonly model: ReadModel;
  readonly actors: LiveActors;
}

/** A living system of this process, as an inspector sees it. */
export function liveHost(parts: LiveHostParts): InspectedHost {
  const { store, directory, ...rest } = parts;
  return {
    ...rest,
    ...seenRuns(store, directory),
    version: VERSION,
    presence: 'living',
    pid: process.pid,
    look: () => () => undefined,
    journal: store.journal,
    processes: async () => await standingProcesses(await store.processes.present(), store.hosts),
    jobs: seenJobs(store),
    output: async (run, index) => shownOutput(await store.outputs.read(run, index)),
  };
}

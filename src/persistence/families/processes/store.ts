import type { RunId } from '../../../ids.js';
import type { ProcessStore } from '../../contract/processes.js';
import type { Access } from '../access.js';
import type { processReads } from './reads.js';
import type { processWrites, RegistrationRef } from './writes.js';

export function processStore(access: Access<typeof processWrites, typeof processReads>): ProcessStore {
  const own = (spawnId: string): RegistrationRef => {
    const runId = access.requireRunId();
    return { actor: runId, runId, spawnId };
  };
  const ref = (spawnId: string, runId: RunId | undefined): RegistrationRef =>
    runId === undefined ? own(spawnId) : { actor: access.runId, runId, spawnId };
  return {
    intend: ({ spawnId, runId, path, incarnation, command }) =>
      access.write('processes.intend', { spawnId, runId, path, incarnation, command }),
    live: async (spawnId, { identity, generation, worker }) =>
      access.write(
        'processes.live',
        { identity, generation, ...(worker && { worker }), ...own(spawnId) },
        { patient: true },
      ),
    failed: async (spawnId, error) => access.write('processes.failed', { error, ...own(spawnId) }),
    // Of one's own process nobody waits for it; of a dead host's, the work that is taken over does.
    gone: async (spawnId, exit, runId) =>
      access.write('processes.gone', { exit, ...ref(spawnId, runId) }, { patient: runId === undefined }),
    suspect: async (spawnId, reason, runId) => access.write('processes.suspect', { reason, ...ref(spawnId, runId) }),
    present: (runId) => access.read('processes.present', { runId: runId ?? null }),
  };
}

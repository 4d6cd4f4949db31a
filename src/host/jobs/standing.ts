import type { RunId } from '../../ids.js';
import type { HostPresence } from '../../machines/process/process.js';
import type { HostStore, QueueRecord } from '../../persistence/index.js';
import { presenceOf } from '../recovery/presence.js';

/**
 * Queues as they stand: a host that died serves nothing any more, though the store says so until another one has found out.
 */
export async function standingQueues(
  queues: readonly QueueRecord[],
  hosts: Pick<HostStore, 'get'>,
): Promise<QueueRecord[]> {
  const known = new Map<RunId, HostPresence>();
  for (const { runId } of queues.flatMap(({ servedBy }) => servedBy)) {
    if (known.has(runId)) continue;
    const host = await hosts.get(runId);
    known.set(runId, host === null ? 'gone' : presenceOf(host));
  }
  return queues.map((queue) => ({
    ...queue,
    servedBy: queue.servedBy.filter(({ runId }) => known.get(runId) !== 'gone'),
  }));
}

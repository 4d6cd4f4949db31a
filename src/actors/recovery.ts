import type { HostRecord, Store } from '../persistence/store.js';
import { isSameMachine, readIdentity, sameProcess, thisMachine } from '../transport/process/identity.js';

/**
 * Takes over what dead hosts left: their attempts are lost, their slots queued again or failed, their runs interrupted.
 * Resolves with the run ids that were declared dead.
 */
export async function recover(store: Store, runId: string): Promise<readonly string[]> {
  const dead: string[] = [];
  for (const host of await store.hosts.unended()) {
    if (host.runId === runId || !isDead(host)) continue;
    if (await store.hosts.fence(host.runId, runId)) dead.push(host.runId);
  }
  return dead;
}

function isDead({ identity }: HostRecord): boolean {
  return isSameMachine(identity, thisMachine()) && !sameProcess(identity, readIdentity(identity.pid));
}

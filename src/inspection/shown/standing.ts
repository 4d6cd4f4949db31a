import { presenceOf } from '../../host/recovery/presence.js';
import type { RunId } from '../../ids.js';
import type { HostPresence, Registration } from '../../machines/process/process.js';
import type { HostStore, RunRecord } from '../../persistence/index.js';
import { isThere } from '../../transport/process/proc/identity.js';

type Hosts = Pick<HostStore, 'get'>;

/** A registered process as it stands. */
export interface StandingProcess extends Registration {
  /** Why it is not what was written last; null when it is. */
  readonly reason: string | null;
}

/**
 * Runs as they stand. What a host has left that died is written by the next one; until then the store says `running`
 * of runs that nobody drives. They are what that host will write: interrupted. A host that stopped in order has said itself
 * what became of its runs: one that it left paused is paused.
 */
export async function standingRuns<T extends Pick<RunRecord, 'status' | 'owner'>>(
  runs: readonly T[],
  hosts: Hosts,
): Promise<T[]> {
  const presence = presences(hosts);
  const stand = async (run: T): Promise<T> => {
    if (run.owner === null || (run.status !== 'running' && run.status !== 'paused')) return run;
    const { is, hasEnded } = await presence(run.owner);
    if (is !== 'gone' || (run.status === 'paused' && hasEnded)) return run;
    return { ...run, status: 'interrupted' };
  };
  return await Promise.all(runs.map(stand));
}

/** Processes as they stand: one whose host is gone is gone with it, or watched by nobody. */
export async function standingProcesses(
  registrations: readonly Registration[],
  hosts: Hosts,
): Promise<StandingProcess[]> {
  const presence = presences(hosts);
  const stand = async (registration: Registration): Promise<StandingProcess> => {
    const isHeld = registration.state === 'intent' || registration.state === 'live';
    if (!isHeld || (await presence(registration.runId)).is !== 'gone') return { ...registration, reason: null };
    if (lives(registration)) return { ...registration, state: 'suspect', reason: 'its host died, and it still runs' };
    return { ...registration, state: 'gone', reason: 'its host died' };
  };
  return await Promise.all(registrations.map(stand));
}

interface Presence {
  readonly is: HostPresence;
  /** Whether the store knows of its end, with all that it left. */
  readonly hasEnded: boolean;
}

/** Whether hosts live; each is looked up once. One that the store does not know any more is gone, and has ended before. */
function presences(hosts: Hosts): (runId: RunId) => Promise<Presence> {
  const known = new Map<string, Promise<Presence>>();
  const look = async (runId: RunId): Promise<Presence> => {
    const host = await hosts.get(runId);
    return host ? { is: presenceOf(host), hasEnded: host.endedAt !== null } : { is: 'gone', hasEnded: true };
  };
  return (runId) => {
    const found = known.get(runId) ?? look(runId);
    known.set(runId, found);
    return found;
  };
}

function lives({ identity }: Registration): boolean {
  return identity !== null && isThere(identity);
}

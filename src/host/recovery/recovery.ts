import type { Clock } from '../../clock.js';
import type { RunId } from '../../ids.js';

import { HOST_LEASE_MS } from '../../machines/process/host-lease.js';

import { lookAtHostLock } from '../../persistence/file/host-lock.js';
import type { HostRecord, Store } from '../../persistence/store.js';
import { cleanUpDeadHosts } from '../../transport/process/janitor/janitor.js';
import type { JanitorReport, RegistrationOutcome } from '../../transport/process/janitor/report.js';

export interface RecoveryOptions {
  readonly store: Store;
  /** The host that asks, or '' for a command line. */
  readonly self: RunId;
  readonly clock: Pick<Clock, 'now'>;
  /** Looks and reports, and touches nothing. */
  readonly dryRun?: boolean;
}

/**
 * Takes over what dead hosts left (who is dead, transport/process/janitor/judge.ts decides): first their processes, proven gone; then their work, which is queued again or failed.
 * In this order no slot runs again beside its predecessor.
 */
export async function recover({ store, self, clock, dryRun = false }: RecoveryOptions): Promise<JanitorReport> {
  const hosts = await store.hosts.unended();
  if (hosts.every(({ runId }) => runId === self)) return { hosts: [], registrations: [] };
  const isLeaseExpired = ({ heartbeatAt }: HostRecord) => clock.now() - heartbeatAt > HOST_LEASE_MS;
  const registrations = await store.processes.present();
  const report = await cleanUpDeadHosts({
    ...{ hosts, registrations, self, dryRun, isLeaseExpired },
    lookAtLock: lookAtHostLock,
  });
  if (dryRun) return report;
  for (const { runId, spawnId, outcome } of report.registrations) await record(store, runId, spawnId, outcome);
  for (const { runId, verdict } of report.hosts) if (verdict.dead) await store.hosts.fence(runId, self);
  await journalTrouble(store);
  return report;
}

/** What a host that lives no more could not write, and so could not say. */
async function journalTrouble(store: Store): Promise<void> {
  const noted = store.trouble.read();
  const host = noted && (await store.hosts.get(noted.host));
  if (!noted || host?.endedAt == null) return;
  await journal(store, { type: 'store.refused', data: noted });
  store.trouble.clear();
}

async function record(store: Store, runId: RunId, spawnId: string, outcome: RegistrationOutcome): Promise<void> {
  switch (outcome.kind) {
    case 'gone':
      return await store.processes.gone(spawnId, null, runId);
    case 'swept':
      await store.processes.gone(spawnId, null, runId);
      return await journal(store, { type: 'process.swept', data: { spawnId, killed: outcome.killed } });
    case 'pid_reused': {
      const { expected, found } = outcome;
      await store.processes.gone(spawnId, null, runId);
      return await journal(store, { type: 'process.pid_reused', data: { spawnId, expected, found } });
    }
    case 'suspect':
      return await store.processes.suspect(spawnId, outcome.reason, runId);
    default:
      outcome satisfies never;
  }
}

async function journal(store: Store, event: Parameters<Store['journal']['append']>[0][number]): Promise<void> {
  await store.journal.append([event]);
}

import { z } from 'zod';
import { EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import { tellHostCrash } from '../../../machines/exits/host-crash.js';
import type { HostRecord, NewHost } from '../../contract/hosts.js';
import { hostCrash } from '../../forms/shared.js';
import type { Connection } from '../../sql/connection.js';
import { isDuplicate } from '../../sql/failure.js';
import { json } from '../../sql/json.js';
import type { Transaction } from '../../sql/transaction.js';
import { loseWork } from '../job-states/loss-of-host.js';
import { leaveQueues } from '../jobs/queues.js';
import { findHost } from './reads.js';

const crashRow = z.object({ data: json(hostCrash) });

function registerHost(tx: Transaction, host: NewHost & { readonly holdsLock?: boolean }): void {
  const { runId, name, node, version, directory = null, holdsLock = false } = host;
  try {
    tx.db.run(
      `INSERT INTO hosts (run_id, name, identity, node, version, directory, holds_lock, started_at, heartbeat_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      runId,
      name,
      JSON.stringify(host.identity),
      node,
      version,
      directory,
      holdsLock ? 1 : 0,
      tx.now,
      tx.now,
    );
  } catch (cause) {
    if (!isDuplicate(cause)) throw cause;
    throw new EspalierError('ESP_CONFLICT', `a host ${runId} is registered already: run ids are never reused`, {
      cause,
    });
  }
  tx.journal(runId, { type: 'host.started', data: { pid: host.identity.pid, node, version } });
}

function renewLease(tx: Transaction, { runId }: { runId: RunId }): boolean {
  return tx.db.run('UPDATE hosts SET heartbeat_at = ? WHERE run_id = ? AND ended_at IS NULL', tx.now, runId) > 0;
}

function setForker(
  tx: Transaction,
  args: { runId: RunId; forker: NonNullable<HostRecord['forker']>; directory: string },
): void {
  const { runId, forker, directory } = args;
  tx.requireLive(runId);
  tx.db.run('UPDATE hosts SET forker = ?, directory = ? WHERE run_id = ?', JSON.stringify(forker), directory, runId);
}

function endHost(tx: Transaction, { runId }: { runId: RunId }): void {
  if (findHost(tx.db, { runId })?.ended === 'stopped') return;
  tx.requireLive(runId);
  loseWork(tx, runId, { reason: 'its host stopped', how: 'host_stopped', statuses: ['running'] });
  leaveQueues(tx, runId);
  tx.db.run(`UPDATE hosts SET ended_at = ?, ended = 'stopped' WHERE run_id = ?`, tx.now, runId);
  tx.fence(runId);
  tx.journal(runId, { type: 'host.ended', data: { how: 'stopped' } });
}

function fenceHost(tx: Transaction, { runId, by }: { runId: RunId; by: RunId }): boolean {
  // A command line that cleans up is no host; a host that does must not have been fenced itself.
  if (findHost(tx.db, { runId: by }) !== null) tx.requireLive(by);
  const changed = tx.db.run(
    `UPDATE hosts SET ended_at = ?, ended = 'dead' WHERE run_id = ? AND ended_at IS NULL`,
    tx.now,
    runId,
  );
  if (changed === 0) return false;
  tx.fence(runId);
  tx.journal(by, { type: 'host.fenced', data: { fenced: runId, by } });
  loseWork(tx, runId, { reason: howItDied(tx.db, runId), how: 'host_lost', statuses: ['running', 'paused'] });
  leaveQueues(tx, runId);
  tx.journal(runId, { type: 'host.ended', data: { how: 'dead' } });
  return true;
}

/** What its process said at its last moment is among the newest events: its death is found out soon. */
const RECENT = 20_000;

function howItDied(db: Connection, runId: RunId): string {
  const said = db.one(
    crashRow,
    `SELECT data FROM events WHERE run_id = ? AND type = 'host.crashed' AND seq > (SELECT max(seq) FROM events) - ?
     ORDER BY seq DESC LIMIT 1`,
    runId,
    RECENT,
  );
  return said ? `its host ${tellHostCrash(said.data)}` : 'its host died';
}

/** What is written of hosts, by name. */
export const hostWrites = {
  'hosts.register': registerHost,
  'hosts.heartbeat': renewLease,
  'hosts.setForker': setForker,
  'hosts.end': endHost,
  'hosts.fence': fenceHost,
};

import { randomBytes } from 'node:crypto';
import { systemClock } from '../clock.js';
import { EspalierError } from '../errors.js';
import { formatRunId } from '../ids.js';
import { checkOptions, fields, flag } from '../options.js';
import { openStore } from '../persistence/index.js';
import type { JanitorReport } from '../transport/process/janitor/report.js';
import { readIdentity } from '../transport/process/proc/identity.js';
import { VERSION } from '../version.js';
import { removeDeadMemoryStores } from './memory-stores.js';
import { recover } from './recovery/recovery.js';
import { requireStore } from './store-access.js';

export type { JanitorReport } from '../transport/process/janitor/report.js';

const sweepRule = fields<{ readonly dryRun?: boolean }>({ dryRun: flag });

/**
 * Ends what the dead hosts of a store left: their processes, proven theirs one by one, then their work, which is queued
 * again or failed. Living hosts are never touched. Every system does the same when it starts. A dry run looks, reports
 * what it found, and changes nothing.
 *
 * @throws EspalierError `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 * @example
 * const { hosts } = await sweep('.espalier/app.db', { dryRun: true });
 * console.log(hosts.filter(({ verdict }) => verdict.dead));
 */
export async function sweep(file: string, options: { readonly dryRun?: boolean } = {}): Promise<JanitorReport> {
  checkOptions('sweep', options, sweepRule);
  const { dryRun = false } = options;
  if (!dryRun) await removeDeadMemoryStores();
  if (!dryRun) return await sweepAsHost(file);
  await using store = await openStore(file, { mode: 'read' });
  return await recover({ store, self: '', clock: systemClock, dryRun });
}

/** What is written while sweeping is written by a host; this one lives as long as the sweep. */
async function sweepAsHost(file: string): Promise<JanitorReport> {
  await requireStore(file);
  const identity = readIdentity(process.pid);
  if (!identity) throw new EspalierError('ESP_PLATFORM', 'this process cannot be found in /proc');
  const runId = formatRunId(Date.now(), randomBytes(8).toString('hex'));
  await using store = await openStore(file, { mode: 'write', runId });
  await store.hosts.register({ runId, name: 'janitor', identity, node: process.version, version: VERSION });
  try {
    return await recover({ store, self: runId, clock: systemClock });
  } finally {
    await store.hosts.end(runId);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { EspalierError } from '../../errors.js';
import type { RunRef } from '../../ids.js';
import { DEFAULT_RETENTION, type Retention } from '../../machines/work/retention.js';
import { checkOptions } from '../../options.js';
import { backupFile, openStore, type Pruned, rewriteFile, type StoreSize } from '../../persistence/index.js';
import { presenceOf } from '../recovery/presence.js';
import { openReader, requireStore } from '../store-access.js';
import { retentionRule } from './retention-rule.js';

/** Between two batches, in milliseconds: hosts of the store go first. */
const PAUSE_MS = 5;

const pause = (): Promise<void> => delay(PAUSE_MS);

/** Keeps everything for ever. */
const NOTHING: Retention = {
  succeededMs: null,
  unsuccessfulMs: null,
  journalMs: null,
  journalBytes: null,
  runsMs: null,
};

/**
 * Removes from a store what is older than it is to be kept, in milliseconds, while hosts work on it; of what is not named all
 * stays. Without `keep` it removes what a host does by itself. Idempotent, and may be broken off anywhere.
 *
 * @throws EspalierError `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 * @example
 * import { pruneStore } from 'espalier';
 * const { jobs, runs } = await pruneStore('.espalier/app.db', { succeededMs: 86_400_000, runsMs: 30 * 86_400_000 });
 * console.log(jobs, runs);
 */
export async function pruneStore(file: string, keep?: Partial<Retention>): Promise<Pruned> {
  if (keep !== undefined) checkOptions('pruneStore', keep, retentionRule);
  await requireStore(file);
  await using store = await openStore(file, { mode: 'write' });
  return await store.retention.prune(keep === undefined ? DEFAULT_RETENTION : { ...NOTHING, ...keep }, { pause });
}

/**
 * Removes a run that is over, with its slots and rows.
 *
 * @throws EspalierError `ESP_NOT_FOUND`; `ESP_CONFLICT` for one that may still be worked on; the `ESP_STORE_…`
 */
export async function removeRun(file: string, run: RunRef): Promise<Pruned> {
  await requireStore(file);
  await using store = await openStore(file, { mode: 'write' });
  return await store.retention.removeRun(run, { pause });
}

/** How large a store is, and what is in it. @throws EspalierError `ESP_STORE_MISSING` and the other `ESP_STORE_…` */
export async function storeSize(file: string): Promise<StoreSize> {
  await using reader = await openReader(file);
  return await reader.retention.size();
}

/**
 * Copies a store into a new file, as it is at this moment, while hosts work on it. The copy is whole and on disk when this
 * returns; a host that opens it takes what ran for lost. Holds this thread as long as the copy takes.
 *
 * @throws EspalierError `ESP_CONFLICT` when the file is there already; `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 * @example
 * import { backupStore } from 'espalier';
 * await backupStore('.espalier/app.db', `/backup/app-${new Date().toISOString()}.db`);
 */
export async function backupStore(file: string, to: string): Promise<void> {
  await requireStore(file);
  backupFile(file, to);
}

/**
 * Writes a store anew, without what is free in it. For a store that was made before space was given back bit by bit.
 *
 * @throws EspalierError `ESP_CONFLICT` while a host of it lives; `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 */
export async function compactStore(file: string): Promise<void> {
  await requireStore(file);
  {
    await using store = await openStore(file, { mode: 'write' });
    const living = (await store.hosts.unended()).filter((host) => presenceOf(host) !== 'gone');
    if (living.length > 0) {
      const pids = living.map(({ identity }) => identity.pid).join(', ');
      throw new EspalierError(
        'ESP_CONFLICT',
        `${file} is in use (pid ${pids}): everybody would wait until it is written anew; stop its hosts first`,
        { context: { file } },
      );
    }
  }
  rewriteFile(file);
}

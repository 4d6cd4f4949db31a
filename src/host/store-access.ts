import { existsSync, realpathSync } from 'node:fs';
import { EspalierError, isEspalierError } from '../errors.js';
import type { RunRef } from '../ids.js';
import type { RunWish } from '../machines/work/run/status.js';
import { beside, type OccurrenceRecord, openStore, type Store } from '../persistence/index.js';
import { presenceOf } from './recovery/presence.js';

/** A store for those who look: everything that can be read, nothing that writes. */
export interface StoreReader extends AsyncDisposable {
  readonly file: string;
  readonly hosts: Pick<Store['hosts'], 'get' | 'newest' | 'unended'>;
  readonly journal: Pick<Store['journal'], 'about' | 'tail' | 'head' | 'floor' | 'changed'>;
  readonly processes: Pick<Store['processes'], 'present'>;
  readonly snapshots: Pick<Store['snapshots'], 'list'>;
  readonly runs: Pick<
    Store['runs'],
    'get' | 'list' | 'slot' | 'outlook' | 'plan' | 'finished' | 'rows' | 'placedRows' | 'committed' | 'runDigest'
  >;
  readonly schedules: Pick<Store['schedules'], 'get' | 'list' | 'history'>;
  readonly jobs: Pick<Store['jobs'], 'get' | 'find' | 'story' | 'list' | 'queues' | 'limits'>;
  readonly retention: Pick<Store['retention'], 'size'>;
  readonly trouble: Pick<Store['trouble'], 'read'>;
  readonly outputs: Pick<Store['outputs'], 'read' | 'readJob' | 'since'>;
  readonly logs: Pick<Store['logs'], 'list' | 'read'>;
  /** `ok` for a sound file; otherwise what is wrong with it. */
  check(): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens a store for reading, also while hosts write to it. A missing file is an error, never a new store.
 *
 * @throws EspalierError `ESP_STORE_MISSING`, `ESP_STORE_UNUSABLE`, `ESP_STORE_CORRUPT`, `ESP_STORE_FUTURE`
 * @example
 * await using reader = await openReader('.espalier/espalier.db');
 * for (const { run, status } of await reader.runs.list()) console.log(run, status);
 */
export async function openReader(file: string): Promise<StoreReader> {
  const lookedAt = Date.now();
  const hasLog = existsSync(beside(followed(file), 'log'));
  const reader = await openStore(file, { mode: 'read' });
  if (hasLog) return reader;
  try {
    await requireRest(reader, lookedAt);
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** SQLite keeps the log beside the file itself, not beside a link to it. */
function followed(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** A living host has a log, always: without it what is read here is not what it has committed. */
async function requireRest(reader: StoreReader, lookedAt: number): Promise<void> {
  const unended = await reader.hosts.unended();
  const host = unended.find((one) => one.startedAt < lookedAt && presenceOf(one) === 'living');
  if (!host) return;
  const { pid } = host.identity;
  throw new EspalierError(
    'ESP_STORE_UNUSABLE',
    `${reader.file}: its host lives (pid ${pid}), and the log it writes, ${beside(reader.file, 'log')}, is not here: was the store moved or restored? Stop that host first`,
    { context: { file: reader.file, pid } },
  );
}

/**
 * Refuses a store that is not there, or cannot be read: it must not come to be by being asked for. One of an older version is
 * let through, for whoever opens it for writing brings it up to date.
 *
 * @throws EspalierError `ESP_STORE_MISSING` and the other `ESP_STORE_…`
 */
export async function requireStore(file: string): Promise<void> {
  try {
    await (await openReader(file)).close();
  } catch (error) {
    if (!isEspalierError(error) || error.context.olderVersion === undefined) throw error;
  }
}

/**
 * Asks the host that drives a run to pause, resume or stop it, from any process. Resolves once the request is on disk;
 * the host hears of it within a tenth of a second. False, and nothing asked, when no living host drives it or its status
 * does not fit.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for the run, and what `openReader` throws
 */
export async function askRun(file: string, run: RunRef, wish: RunWish): Promise<boolean> {
  if (!(await isDriven(file, run))) return false;
  await using store = await openStore(file, { mode: 'write' });
  return await store.runs.wish(run, wish);
}

async function isDriven(file: string, run: RunRef): Promise<boolean> {
  await using reader = await openReader(file);
  const record = await reader.runs.get(run);
  if (!record) throw new EspalierError('ESP_NOT_FOUND', `there is no run ${run} in ${file}`, { context: { run } });
  const host = record.owner === null ? null : await reader.hosts.get(record.owner);
  return host !== null && presenceOf(host) !== 'gone';
}

/**
 * Pauses or resumes a schedule, from any process. False when its state does not fit.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for the schedule, and what `openReader` throws
 */
export async function steerSchedule(file: string, name: string, what: 'pause' | 'resume'): Promise<boolean> {
  return await onSchedules(file, (schedules) =>
    what === 'pause' ? schedules.pause(name) : schedules.resume(name, Date.now()),
  );
}

/**
 * Makes an occurrence of a schedule now, from any process; some host does its job. Its overlap holds: the answer says the job,
 * or why there is none.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for the schedule, and what `openReader` throws
 */
export async function runSchedule(file: string, name: string): Promise<OccurrenceRecord> {
  return await onSchedules(file, (schedules) => schedules.runNow(name));
}

async function onSchedules<T>(file: string, act: (schedules: Store['schedules']) => Promise<T>): Promise<T> {
  // A missing file is an error, never a new store.
  await using reader = await openReader(file);
  await using store = await openStore(reader.file, { mode: 'write' });
  return await act(store.schedules);
}

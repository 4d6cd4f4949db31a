import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalEvent } from '../../../src/machines/events.js';
import { slotJobId } from '../../../src/machines/ids/job-id.js';
import type { ProcessIdentity } from '../../../src/machines/process/process.js';
import type { RunPolicy } from '../../../src/machines/work/run-policy.js';
import type * as persistence from '../../../src/persistence/index.js';
import type { Claim, Claimed, FinishedAttempt, OpenStoreOptions, Store } from '../../../src/persistence/store.js';

/** The store runs in threads of its own, which start from the build: so it is tested from there. */
const built = new URL('../../../dist/persistence/index.js', import.meta.url).href;
export const { openStore }: typeof persistence = await import(built);

/** What a program identifies itself with in these tests; no such process exists. */
export const IDENTITY: ProcessIdentity = { bootId: 'boot', pidNamespace: 'pid:[1]', pid: 4_000_000, startTicks: 77 };

export const POLICY: RunPolicy = {
  concurrency: 4,
  retries: 0,
  timeoutMs: null,
  onLost: 'retry',
  failFast: false,
  reorderWindow: 64,
};

/** A folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'espalier-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A path for a store that does not exist yet. */
export function newFile(): string {
  return join(folder(), 'store.db');
}

/** Opens a store that is closed when the test ends. */
export async function open(file: string, options: Partial<OpenStoreOptions> = {}): Promise<Store> {
  const store: Store = await openStore(file, { mode: 'write', ...options });
  onTestFinished(() => store.close());
  return store;
}

/** Opens a store for a host and registers it. */
export async function openHost(
  file: string,
  runId = 'host-a',
  options: Partial<OpenStoreOptions> = {},
): Promise<Store> {
  const store = await open(file, { runId, ...options });
  await store.hosts.register({ runId, name: 'test', identity: IDENTITY, node: process.version, version: '0.0.0' });
  return store;
}

/** A running run of `host-a` with one slot for each input. */
export async function startRun(store: Store, inputs: readonly unknown[], policy: Partial<RunPolicy> = {}, run = 'run') {
  const owner = 'host-a';
  await store.runs.create({ run, name: null, pool: '/pool', policy: { ...POLICY, ...policy }, origin: null, owner });
  await store.runs.addSlots(run, inputs);
  await store.runs.start(run, owner);
  return run;
}

let spawns = 0;

/** What to claim of a slot that will have a process for itself. */
export function slotClaim(index: number, spawnId: string, run = 'run'): Claim {
  return { jobId: slotJobId(run, index), process: { spawnId, path: '/pool' } };
}

/** Claims one slot, as the dispatcher would. */
export async function claim(store: Store, index: number, owner = 'host-a', run = 'run') {
  spawns += 1;
  const spawnId = `spawn-${spawns}`;
  const [claimed] = await store.attempts.claim(owner, [slotClaim(index, spawnId, run)]);
  if (claimed === undefined) throw new Error(`slot ${index} was not claimed`);
  return { ...claimed, spawnId };
}

/** An attempt whose host, `host-a`, was fenced by another one, `host-b`. */
export async function lostAttempt() {
  const file = newFile();
  const store = await openHost(file);
  await startRun(store, ['x']);
  const lost = await claim(store, 0);
  const other = await openHost(file, 'host-b');
  await other.hosts.fence('host-a', 'host-b');
  return { store, other, lost };
}

/** How an attempt ended, unless told otherwise: well, with nothing on its streams. */
export function ended(claimed: Claimed, how: Partial<FinishedAttempt> = {}): FinishedAttempt {
  const { jobId, epoch, attempt } = claimed;
  return {
    jobId,
    epoch,
    attempt,
    outcome: 'succeeded',
    exit: { code: 0, signal: null },
    durationMs: 5,
    requeue: false,
    ...how,
  };
}

/** Runs one slot to its end. */
export async function runSlot(store: Store, index: number, how: Partial<FinishedAttempt> = {}, owner = 'host-a') {
  const claimed = await claim(store, index, owner);
  await store.attempts.finish(owner, ended(claimed, how));
  return claimed;
}

export function chunk(stdout: string | Uint8Array, stderr: string | Uint8Array = '', dropped = false) {
  return { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), dropped };
}

/** All that an iteration gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What the journal holds. */
export function journal(store: Store): Promise<JournalEvent[]> {
  return collect(store.journal.tail());
}

export async function journalTypes(store: Store): Promise<string[]> {
  return (await journal(store)).map(({ type }) => type);
}

/** The code that a promise rejects with, or `resolved`. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'resolved';
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

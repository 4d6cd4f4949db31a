import type { HostPresence } from '../machines/process.js';
import type { RunRecord } from '../persistence/index.js';
import { presenceOf } from '../presence.js';
import type { StoreReader } from '../store-access.js';
import type { TreeNode } from '../transport/inspector/model/read-model.js';
import type { ActorSummary } from '../transport/inspector/protocol/wire.js';
import { type InspectorServer, type InspectorServerOptions, serveInspector } from './inspector.js';
import { type StandingProcess, standingProcesses, standingRuns } from './standing.js';
import { storeHost } from './store-host.js';

/** The actors of one host of a store. */
export interface StoredTree {
  readonly runId: string;
  /** Whether the host lives; of another machine or container only the store's word is known. */
  readonly presence: HostPresence;
  readonly actors: readonly (TreeNode & Pick<ActorSummary, 'status' | 'health' | 'problem'>)[];
}

/** The inspector of a store. */
export interface StoreInspector extends InspectorServer {
  /** Whose last sightings it shows, and whether that host lived when this began. */
  readonly host: Pick<StoredTree, 'runId' | 'presence'> & { readonly pid: number | null };
}

/**
 * Serves the inspector of a store's host: of the one that lives, otherwise of the newest (a post-mortem), or of the one
 * that is named. It shows, and changes nothing.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for a store without hosts, `ESP_CONFLICT` when the port is taken
 * @example
 * import { inspectStore, openReader } from 'espalier';
 * await using reader = await openReader('.espalier/app.db');
 * const inspector = await inspectStore(reader, { port: 4100 });
 * console.log(inspector.url);
 */
export async function inspectStore(
  reader: StoreReader,
  { host, ...options }: Omit<InspectorServerOptions, 'control'> & { readonly host?: string },
): Promise<StoreInspector> {
  const seen = await storeHost(reader, host);
  const { runId, pid } = seen;
  const presence = await presenceIn(reader, runId);
  return { ...(await serveInspector(seen, options)), host: { runId, presence, pid } };
}

/** The tree of one host as its store knows it, in order of the paths: what the inspector of that store shows. */
export async function readTree(reader: StoreReader, runId?: string): Promise<StoredTree> {
  const host = await storeHost(reader, runId);
  const actors = [...host.model.summaries()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { runId: host.runId, presence: await presenceIn(reader, host.runId), actors };
}

async function presenceIn({ hosts }: Pick<StoreReader, 'hosts'>, runId: string): Promise<HostPresence> {
  const record = await hosts.get(runId);
  return record ? presenceOf(record) : 'gone';
}

/** All runs of a store as they stand, the newest first: one whose host died is interrupted, whatever was written last. */
export async function readRuns(reader: Pick<StoreReader, 'runs' | 'hosts'>): Promise<readonly RunRecord[]> {
  return await standingRuns(await reader.runs.list(), reader.hosts);
}

/** One run as it stands; null when there is none of that id. */
export async function readRun(reader: Pick<StoreReader, 'runs' | 'hosts'>, run: string): Promise<RunRecord | null> {
  const record = await reader.runs.get(run);
  return record && ((await standingRuns([record], reader.hosts))[0] ?? null);
}

/** The processes of all hosts that are registered and not proven gone, as they stand. */
export async function readProcesses(
  reader: Pick<StoreReader, 'processes' | 'hosts'>,
): Promise<readonly StandingProcess[]> {
  return await standingProcesses(await reader.processes.present(), reader.hosts);
}

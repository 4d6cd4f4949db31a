import type { StoreReader } from '../store-access.js';
import type { TreeNode } from '../transport/inspector/model/read-model.js';
import type { ActorSummary } from '../transport/inspector/protocol/wire.js';
import { type InspectorServer, type InspectorServerOptions, serveInspector } from './inspector.js';
import { storeHost } from './store-host.js';

/** The actors of one host of a store. */
export interface StoredTree {
  readonly runId: string;
  readonly actors: readonly (TreeNode & Pick<ActorSummary, 'status' | 'health' | 'problem'>)[];
}

/**
 * Serves the inspector of a store's host: of the one that lives, otherwise of the newest (a post-mortem), or of the one
 * that is named. It shows, and changes nothing.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for a store without hosts, `ESP_CONFLICT` when the port is taken
 * @example
 * await using reader = await openReader('.espalier/app.db');
 * const inspector = await inspectStore(reader, { port: 4100 });
 * console.log(inspector.url);
 */
export async function inspectStore(
  reader: StoreReader,
  { host, ...options }: Omit<InspectorServerOptions, 'control'> & { readonly host?: string },
): Promise<InspectorServer> {
  return await serveInspector(await storeHost(reader, host), options);
}

/** The tree of one host as its store knows it, in order of the paths: what the inspector of that store shows. */
export async function readTree(reader: StoreReader, runId?: string): Promise<StoredTree> {
  const host = await storeHost(reader, runId);
  const actors = [...host.model.summaries()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { runId: host.runId, actors };
}

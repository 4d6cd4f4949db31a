import { standingQueues } from '../../host/jobs/standing.js';
import { presenceOf } from '../../host/recovery/presence.js';
import type { StoreReader } from '../../host/store-access.js';
import type { RunId, RunRef } from '../../ids.js';
import type { HostPresence } from '../../machines/process/process.js';
import { checkOptions, fields, text } from '../../options.js';
import type { QueueRecord, RunRecord } from '../../persistence/index.js';
import type { TreeNode } from '../../transport/inspector/model/read-model.js';
import type { ActorSummary } from '../../transport/inspector/protocol/wire.js';
import { askHost } from '../ask/ask-host.js';
import { secretsOf } from '../ask/secrets.js';
import { type InspectorServer, type InspectorServerOptions, inspectorRules, serveInspector } from '../inspector.js';
import { type StandingProcess, standingProcesses, standingRuns } from '../shown/standing.js';
import { findHost, storeHost } from './store-host.js';

/** An actor of a host that may be another process. */
export interface StoredActor extends TreeNode, Pick<ActorSummary, 'status' | 'health' | 'problem'> {
  /** Of workers and services while their process lives. */
  readonly pid: number | null;
  /** How often it was restarted. */
  readonly restarts: number;
  /** When its present incarnation was made, in milliseconds since the epoch; null where only the living host knows. */
  readonly startedAt: number | null;
}

/** The actors of one host of a store. */
export interface StoredTree {
  readonly runId: RunId;
  readonly pid: number;
  /** Whether the host lives; of another machine or container only the store's word is known. */
  readonly presence: HostPresence;
  /**
   * Why these are not the host's own words but what its store knows: `has ended`, for example. Machines that are not
   * observed are then missing. Null when the host itself has answered.
   */
  readonly unasked: string | null;
  /** Of the host itself in the order of their start, of its store in that of their paths. */
  readonly actors: readonly StoredActor[];
  /** How many actors are not among them. */
  readonly leftOut: number;
}

/** The inspector of a store. */
export interface StoreInspector extends InspectorServer {
  /** Whose last sightings it shows, and whether that host lived when this began. */
  readonly host: Pick<StoredTree, 'runId' | 'presence'> & { readonly pid: number | null };
  /** Why there may be secrets of the host that are not masked: a sentence; null when it has told what it masks. */
  readonly unknownSecrets: string | null;
}

const { control: _, ...inspectorRest } = inspectorRules;
const storeRule = fields<Omit<InspectorServerOptions, 'control'> & { readonly host?: RunId | undefined }>({
  ...inspectorRest,
  host: text,
});

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
  { host, ...options }: Omit<InspectorServerOptions, 'control'> & { readonly host?: RunId },
): Promise<StoreInspector> {
  checkOptions('inspectStore', { host, ...options }, storeRule);
  const seen = await storeHost(reader, host);
  const { runId, pid } = seen;
  const presence = await presenceIn(reader, runId);
  const record = await reader.hosts.get(runId);
  const { unknown, ...redact } = await secretsOf(record ? [record] : [], options.redact);
  const server = await serveInspector(seen, { ...options, redact });
  return { ...server, host: { runId, presence, pid }, unknownSecrets: unknown };
}

/**
 * The tree of one host, of one that lives before one that does not: what it answers itself where it can be asked, which
 * takes a living host of this user and this machine; otherwise what its store knows.
 *
 * @throws EspalierError `ESP_NOT_FOUND` for a store without hosts
 */
export async function readTree(reader: StoreReader, runId?: RunId): Promise<StoredTree> {
  const record = await findHost(reader, runId);
  const pids = await pidsOf(reader, record.runId);
  const { pid } = record.identity;
  const withPid = <T extends { readonly path: string }>(actor: T) => ({ ...actor, pid: pids.get(actor.path) ?? null });
  const asked = await askHost(record, { ask: 'tree' });
  const tree = { runId: record.runId, pid, presence: await presenceIn(reader, record.runId) };
  if (asked.answered) {
    const { actors, leftOut } = asked.answer;
    return { ...tree, unasked: null, actors: actors.map(withPid), leftOut };
  }
  const { model } = await storeHost(reader, record.runId);
  const summaries = [...model.summaries()].sort((a, b) => (a.path < b.path ? -1 : 1));
  const actors = summaries.map(({ path, role, status, health, state, incarnation, problem, restarts }) =>
    withPid({ path, role, status, health, state, incarnation, problem, restarts: restarts.total, startedAt: null }),
  );
  return { ...tree, unasked: asked.why, actors, leftOut: 0 };
}

/** The living processes of a host, by the paths of their actors. */
async function pidsOf(reader: StoreReader, runId: RunId): Promise<ReadonlyMap<string, number>> {
  const processes = await readProcesses(reader);
  return new Map(
    processes.flatMap(({ runId: host, state, path, identity }) =>
      host === runId && state === 'live' && identity ? [[path, identity.pid] as const] : [],
    ),
  );
}

async function presenceIn({ hosts }: Pick<StoreReader, 'hosts'>, runId: RunId): Promise<HostPresence> {
  const record = await hosts.get(runId);
  return record ? presenceOf(record) : 'gone';
}

/** All runs of a store as they stand, the newest first: one whose host died is interrupted, whatever was written last. */
export async function readRuns(reader: Pick<StoreReader, 'runs' | 'hosts'>): Promise<readonly RunRecord[]> {
  return await standingRuns(await reader.runs.list(), reader.hosts);
}

/** One run as it stands; null when there is none of that id. */
export async function readRun(reader: Pick<StoreReader, 'runs' | 'hosts'>, run: RunRef): Promise<RunRecord | null> {
  const record = await reader.runs.get(run);
  return record && ((await standingRuns([record], reader.hosts))[0] ?? null);
}

/** The processes of all hosts that are registered and not proven gone, as they stand. */
export async function readProcesses(
  reader: Pick<StoreReader, 'processes' | 'hosts'>,
): Promise<readonly StandingProcess[]> {
  return await standingProcesses(await reader.processes.present(), reader.hosts);
}

/** The queues of a store as they stand: a host that died serves none. */
export async function readQueues(reader: Pick<StoreReader, 'jobs' | 'hosts'>): Promise<readonly QueueRecord[]> {
  return await standingQueues(await reader.jobs.queues(), reader.hosts);
}

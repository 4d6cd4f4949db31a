import { WORKER_ID } from '../../actors/worker/seat-driver.js';
import { EspalierError } from '../../errors.js';
import { presenceOf } from '../../host/recovery/presence.js';
import type { StoreReader } from '../../host/store-access.js';
import type { RunId } from '../../ids.js';
import type { HostPresence } from '../../machines/process/process.js';
import type { HostRecord, SnapshotRecord } from '../../persistence/index.js';
import { shownBytes } from '../../stream-text.js';
import type { InspectedHost } from '../../transport/inspector/inspected-host.js';
import { ReadModel } from '../../transport/inspector/model/read-model.js';
import type { Sighting } from '../../transport/inspector/seen/actors.js';
import type { SeenText } from '../../transport/inspector/seen/records.js';
import { VERSION } from '../../version.js';
import { explained } from '../shown/explained.js';
import { seenJobs } from '../shown/seen-jobs.js';
import { seenRuns } from '../shown/seen-runs.js';
import { shownOutput } from '../shown/shown-output.js';
import { standingProcesses } from '../shown/standing.js';

/**
 * A host as its store knows it: alive, while another process runs it, or dead. Its actors are those that were seen last;
 * it can be looked at, and not controlled.
 */
export async function storeHost(reader: StoreReader, runId?: RunId): Promise<InspectedHost> {
  const host = await findHost(reader, runId);
  const model = new ReadModel(null);
  const sightings = new StoredSightings(reader, host, model);
  await sightings.read();
  return {
    ...seenRuns(reader, null),
    runId: host.runId,
    name: host.name,
    version: VERSION,
    get presence() {
      return sightings.presence;
    },
    pid: host.identity.pid,
    startedAt: host.startedAt,
    hasEnded: () => sightings.presence === 'gone',
    model,
    actors: null,
    look: () => sightings.follow(),
    journal: reader.journal,
    processes: async () => await standingProcesses(await reader.processes.present(), reader.hosts),
    jobs: seenJobs(reader),
    output: async (run, index) => shownOutput(await reader.outputs.read(run, index)),
    // What a store holds was written before.
    conceal: () => undefined,
    logs: (path) => printed(reader, path),
    loads: () => [],
    why: explained(reader, host.runId),
    control: async () => ({ refused: 'unavailable', message: 'a store cannot be controlled, only the host that runs' }),
  };
}

/** What a store keeps of what a worker or service printed: it stands under the path of its seat. */
async function printed(reader: StoreReader, path: string): Promise<SeenText | null> {
  const suffix = `/${WORKER_ID}`;
  const kept = await reader.logs.read(path.endsWith(suffix) ? path.slice(0, -suffix.length) : path);
  return kept && { ...shownBytes(kept), truncated: kept.truncated };
}

/** A living host before a dead one, the newest first. */
export async function findHost(reader: StoreReader, runId: RunId | undefined): Promise<HostRecord> {
  const hosts = runId === undefined ? await reader.hosts.newest(20) : [await reader.hosts.get(runId)];
  const known = hosts.filter((host) => host !== null);
  const host = known.find((one) => presenceOf(one) === 'living') ?? known[0];
  if (host) return host;
  const what = runId === undefined ? 'no host' : `no host ${runId}`;
  throw new EspalierError('ESP_NOT_FOUND', `there is ${what} in ${reader.file}`);
}

/** How often a host is looked for that says nothing, in milliseconds. */
const PRESENCE_MS = 1000;

/** Keeps a model as the store's table of last sightings has it, while somebody looks. */
class StoredSightings {
  #seen = new Map<string, string>();
  #isGone = false;

  #host: HostRecord;

  constructor(
    readonly reader: StoreReader,
    host: HostRecord,
    readonly model: ReadModel,
  ) {
    this.#host = host;
  }

  get presence(): HostPresence {
    return presenceOf(this.#host);
  }

  follow(): () => void {
    const stop = new AbortController();
    // A store that cannot be read any more is told by the journal, which is followed too.
    this.#follow(stop.signal).catch(() => stop.abort());
    return () => stop.abort();
  }

  async read(): Promise<void> {
    // Of a host elsewhere only the store tells that it has ended.
    this.#host = (await this.reader.hosts.get(this.#host.runId)) ?? this.#host;
    const records = await this.reader.snapshots.list(this.#host.runId);
    for (const record of records) {
      // What machines go on from is not what they do now.
      if (record.kind !== 'observed') continue;
      const version = `${record.incarnation} ${record.at} ${JSON.stringify(record.state)}`;
      if (this.#seen.get(record.path) === version) continue;
      this.#seen.set(record.path, version);
      this.model.see(sightingOf(record));
    }
    // What it was seen in last it is in no more.
    if (this.#isGone || this.presence !== 'gone') return;
    this.#isGone = true;
    this.model.lose();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.read();
      // A host that is killed says nothing more.
      await this.reader.journal.changed(AbortSignal.any([signal, AbortSignal.timeout(PRESENCE_MS)]));
    }
  }
}

function sightingOf({ path, incarnation, role, state, detail, at }: SnapshotRecord): Sighting {
  return { path, incarnation, role, at, detail, state: typeof state === 'string' ? state : JSON.stringify(state) };
}

import type { WorkerDesk } from '../actors/desk/worker-desk.js';
import type { AnyPool } from '../actors/handles/pool-handle.js';
import { PoolSignals } from '../actors/pool/pool-signals.js';
import { childPath } from '../actors/tree/child.js';
import { BootHistory } from '../actors/worker/boot-history.js';
import { Leftovers } from '../actors/worker/leftovers.js';
import { MemoryWatch } from '../actors/worker/memory-watch.js';
import type { ProcessServices } from '../actors/worker/process-services.js';
import { WORKER_ID } from '../actors/worker/seat-driver.js';
import type { Stdio } from '../actors/worker/stdio.js';
import type { Clock } from '../clock.js';
import { EspalierError } from '../errors.js';
import type { RunId } from '../ids.js';
import type { NewJournalEvent } from '../machines/events.js';
import { shortageText } from '../machines/process/shortage.js';
import type { Store } from '../persistence/store.js';
import { type IsSecret, keyMatcher } from '../redact/secret-names.js';
import { AskDoor } from '../transport/ask/door.js';
import type { Answerer } from '../transport/ask/question.js';
import type { LastOutput } from '../transport/process/capture.js';
import { createForkerSpawner, type ForkerSpawner } from '../transport/process/forker/client.js';
import type { ShortageNotice } from '../transport/process/host/rationing.js';
import { createHostDirectory, removeHostDirectory } from '../transport/process/host-files/directory.js';
import { readOomKills, readResident } from '../transport/process/proc/proc.js';
import { hostStderr } from '../transport/stderr/printer.js';
import type { OwedWrites } from './owed-writes.js';
import { PatientRegistry } from './patient-registry.js';
import { ProcessLogs } from './process-logs.js';

export interface ProcessHostOptions {
  readonly runId: RunId;
  readonly store: Store;
  readonly clock: Clock;
  readonly hostEnv: NodeJS.ProcessEnv;
  /** Names of secrets beside the usual ones. */
  readonly secretKeys: readonly (string | RegExp)[];
  readonly owed: OwedWrites;
  readonly desk: WorkerDesk;
  /** For workers and services whose pool or they themselves do not say. */
  readonly stdio?: Stdio | undefined;
  journal(event: NewJournalEvent): void;
  background(write: Promise<unknown>): void;
  /** What failed where nobody waits for it. */
  onFault(error: unknown): void;
}

/** The part of a host that has to do with other processes: its forker is started when the first pool or service asks. */
export class ProcessHost {
  #spawner: Promise<ForkerSpawner> | null = null;
  #folder: Promise<string> | null = null;
  #door: AskDoor | null = null;
  readonly #pools = new Map<string, AnyPool>();
  readonly #failedPools = new Map<string, AnyPool>();
  readonly #poolSignals = new PoolSignals();
  readonly #boots = new BootHistory();
  readonly #registry: PatientRegistry;
  readonly #logs: ProcessLogs;
  readonly #leftovers = new Leftovers();
  readonly #captures: ProcessServices['captures'] = new Map();
  #memory: MemoryWatch | null = null;
  #spawns = 0;
  readonly #isSecret: IsSecret[] = [];
  #closed = false;

  constructor(readonly options: ProcessHostOptions) {
    this.conceal(options.secretKeys);
    this.#registry = new PatientRegistry(options.store.processes, options.owed);
    const { store, clock, stdio, onFault } = options;
    this.#logs = new ProcessLogs({ logs: store.logs, clock, printer: hostStderr, stdio, onFault });
  }

  /**
   * Answers other processes of this user, and says in which folder: null, and a fault, where that cannot be. A host can do
   * without.
   */
  async listen(answerer: Answerer): Promise<string | null> {
    try {
      const folder = await this.#makeFolder();
      this.#door = await AskDoor.open(folder, answerer, (error) => this.options.onFault(error));
      return folder;
    } catch (error) {
      this.options.onFault(error);
      return null;
    }
  }

  /** Starts the forker at the first call, and at the next one if that failed. It is on disk before it is used. */
  async services(): Promise<ProcessServices> {
    const { runId, clock, hostEnv, desk, journal, background } = this.options;
    const spawner = await this.#standing();
    this.#memory ??= new MemoryWatch(clock, { readResident, readOomKills });
    return {
      runId,
      spawner,
      registry: this.#registry,
      clock,
      hostEnv,
      isSecret: (name) => this.#isSecret.some((matches) => matches(name)),
      pools: this.#pools,
      failedPools: this.#failedPools,
      poolSignals: this.#poolSignals,
      boots: this.#boots,
      desk,
      logs: this.#logs,
      leftovers: this.#leftovers,
      captures: this.#captures,
      memory: this.#memory,
      newSpawnId: () => this.newSpawnId(),
      journal,
      background,
    };
  }

  /** What programs are given under these names is registered nowhere from now on: exact words or patterns. */
  conceal(keys: readonly (string | RegExp)[]): void {
    this.#isSecret.push(keyMatcher(keys));
  }

  /** The living pools, and what is left of those that never came to life: all that can be asked for by a path. */
  *knownPools(): Iterable<AnyPool> {
    yield* this.#pools.values();
    yield* this.#failedPools.values();
  }

  /** The living pool of a path, or what is left of one that never came to life. */
  knownPool(path: string): AnyPool | undefined {
    return this.#pools.get(path) ?? this.#failedPools.get(path);
  }

  /** Calls back when what the pool of a path can take may have changed. */
  watchPool(path: string, changed: () => void): Disposable {
    return this.#poolSignals.watch(path, changed);
  }

  /** Calls back, with its path, when what any pool can take may have changed: also when one comes to life. */
  watchPools(changed: (path: string) => void): Disposable {
    return this.#poolSignals.watchAll(changed);
  }

  /** The living pools, in the order of their start. */
  pools(): Iterable<AnyPool> {
    return this.#pools.values();
  }

  /**
   * What the process of a worker or service has written last; of a starter or service its worker's. Null when there is none,
   * or it has not run yet.
   */
  lastOutput(path: string): LastOutput | null {
    const capture = this.#captures.get(path) ?? this.#captures.get(childPath(path, WORKER_ID));
    return capture?.()?.peek() ?? null;
  }

  /** Unique within the host, and short: it stands in every environment. */
  newSpawnId(): string {
    this.#spawns += 1;
    return this.#spawns.toString(36);
  }

  /** Resolves when every process is gone. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    const spawner = await this.#spawner?.catch(() => null);
    try {
      // What could not be proven gone may print on: what is there by now is kept.
      await spawner?.close().finally(() => this.#logs.close());
    } finally {
      this.#memory?.close();
      await this.#door?.close();
    }
    const folder = await this.#folder?.catch(() => null);
    if (folder) await removeHostDirectory(folder);
  }

  #standing(): Promise<ForkerSpawner> {
    if (this.#closed) throw new EspalierError('ESP_STOPPED', 'the system has stopped; it starts no more processes');
    if (this.#spawner !== null) return this.#spawner;
    const spawner = this.#start();
    this.#spawner = spawner;
    // What kept it from starting may pass: files, processes or memory that are short now.
    spawner.catch(() => {
      if (this.#spawner === spawner) this.#spawner = null;
    });
    return spawner;
  }

  /** The host's private folder, made at the first need, and at the next one if that failed. */
  #makeFolder(): Promise<string> {
    if (this.#folder !== null) return this.#folder;
    const folder = createHostDirectory();
    this.#folder = folder;
    folder.catch(() => {
      if (this.#folder === folder) this.#folder = null;
    });
    return folder;
  }

  async #start(): Promise<ForkerSpawner> {
    const { runId, store, journal } = this.options;
    const directory = await this.#makeFolder();
    return createForkerSpawner({
      runId,
      directory,
      lock: store.lock,
      onForker: async ({ identity, generation }) => {
        await store.hosts.setForker(runId, { identity, generation }, directory);
        journal({ type: 'forker.started', data: { pid: identity.pid, generation } });
      },
      onShortage: (notice) => journal(shortageEvent(notice)),
      onForkerExit: ({ identity, generation }, { code, signal }) =>
        journal({ type: 'forker.exited', data: { pid: identity.pid, generation, code, signal } }),
    });
  }
}

function shortageEvent(notice: ShortageNotice): NewJournalEvent {
  const { shortage: reason } = notice;
  if (notice.t === 'began') {
    return { type: 'shortage.began', data: { reason, text: shortageText(reason), running: notice.running } };
  }
  return { type: 'shortage.ended', data: { reason, lastedMs: notice.lastedMs, waited: notice.waited } };
}

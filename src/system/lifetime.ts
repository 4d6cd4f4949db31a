import type { Cell } from '../actors/cell/cell.js';
import { startChild } from '../actors/tree/child.js';
import type { ChildSpec } from '../actors/tree/child-spec.js';
import { spec } from '../actors/tree/spec.js';
import { dynamicSupervisor, supervisor, supervisorLogic } from '../actors/tree/supervisor.js';
import { EspalierError } from '../errors.js';
import { Heartbeat } from '../host/heartbeat.js';
import { onHostEnd } from '../host/host-end.js';
import { recover } from '../host/recovery/recovery.js';
import { RetentionWatch } from '../host/upkeep/retention-watch.js';
import type { RunId } from '../ids.js';
import { answersOf } from '../inspection/ask/answers.js';
import { type InspectorServer, serveInspector } from '../inspection/inspector.js';
import type { ActorExit } from '../machines/exits/exit.js';
import { DEFAULT_RETENTION } from '../machines/work/retention.js';
import type { Store } from '../persistence/index.js';
import type { InspectedHost } from '../transport/inspector/inspected-host.js';
import { readIdentity } from '../transport/process/proc/identity.js';
import { VERSION } from '../version.js';
import type { Assembly } from './assembly.js';
import type { Ending } from './ending.js';
import type { Faults } from './faults.js';
import { OWN_ID, type SystemOptions } from './options.js';

/** What a lifetime starts and stops. */
export interface LifetimeParts {
  readonly name: string;
  readonly runId: RunId;
  readonly store: Store;
  readonly ending: Ending;
  readonly faults: Faults;
  readonly assembly: Assembly;
  /** Called once, when everything is gone. */
  onEnded(exit: ActorExit): void;
}

/** One incarnation of a system: from the registration of its host, by way of its tree, to the last write. */
export class Lifetime {
  readonly #parts: LifetimeParts;
  #heartbeat: Heartbeat | null = null;
  #retention: RetentionWatch | null = null;
  #hostEnd: Disposable | null = null;
  #inspector: InspectorServer | null = null;
  readonly #roots: Cell[] = [];
  #stopped: Promise<void> | null = null;
  #isFenced = false;

  constructor(parts: LifetimeParts) {
    this.#parts = parts;
  }

  get inspector(): InspectorServer | null {
    return this.#inspector;
  }

  /** Called once. @throws what the first child that did not start threw, and what the store does */
  async start(options: SystemOptions, inspected: () => InspectedHost): Promise<void> {
    const { runId, store, ending, faults, assembly } = this.#parts;
    const { clock } = assembly.env;
    await this.#register(options);
    await recover({ store, self: runId, clock });
    this.#hostEnd = onHostEnd((data) => store.lastWord(runId, { type: 'host.crashed', data }));
    this.#heartbeat = new Heartbeat(runId, store.hosts, clock, () => void this.endFenced(), faults.hear);
    const root = spec({ id: 'root', role: 'supervisor', type: 'supervisor', start: supervisorLogic(options) });
    // The root alone has no name: its path is `/`.
    await this.#startRoot('', { ...root, id: '' });
    ending.requireTree();
    const [runs, lanes] = [dynamicSupervisor({ id: 'runs' }), dynamicSupervisor({ id: 'lanes' })];
    await this.#startRoot('/', supervisor({ id: OWN_ID, children: [runs, lanes] }));
    ending.requireTree();
    this.#letLeave(options.retention);
    if (options.serveJobs !== false) {
      assembly.work.lanes.start();
      assembly.scheduleClock.start();
    }
    if (options.inspector) {
      this.#inspector = await serveInspector(inspected(), options.inspector);
      ending.requireTree();
    }
    assembly.reporter.started();
  }

  /** Stops everything in reverse order and resolves when every process is gone. Idempotent; safe during the start. */
  stop(): Promise<void> {
    this.#stopped ??= this.#begin().finally(() => this.#inspector?.close());
    return this.#stopped;
  }

  /** Another host has taken this one for dead: what it runs is run elsewhere, so it ends its own first. */
  async endFenced(): Promise<void> {
    if (this.#isFenced) return;
    this.#isFenced = true;
    const { runId, ending, faults, assembly } = this.#parts;
    const error = new EspalierError('ESP_FENCED', `another host declared ${runId} dead; it stops`);
    faults.warn(error);
    if (!ending.hasBegun) this.#leave({ kind: 'crash', error });
    try {
      await assembly.processes.close();
      await this.#begin();
    } catch (error) {
      faults.hear(error);
    }
  }

  async #register({ store: file, inspector }: SystemOptions): Promise<void> {
    const { name, runId, store, assembly } = this.#parts;
    const identity = readIdentity(process.pid);
    if (!identity) throw new EspalierError('ESP_PLATFORM', 'this process cannot be found in /proc');
    const answers = answersOf({
      directory: assembly.env.directory,
      model: assembly.model,
      redact: inspector?.redact,
    });
    // A store in memory is known to nobody who could ask.
    const directory = file === ':memory:' ? null : await assembly.processes.listen(answers);
    await store.hosts.register({ runId, name, identity, node: process.version, version: VERSION, directory });
  }

  #letLeave(retention: SystemOptions['retention']): void {
    if (retention === false) return;
    const { store, faults, assembly } = this.#parts;
    const keep = { ...DEFAULT_RETENTION, ...retention };
    const { clock } = assembly.env;
    this.#retention = new RetentionWatch({ retention: store.retention, keep, clock, onFault: faults.hear });
    this.#retention.start();
  }

  async #startRoot(parent: string, root: ChildSpec): Promise<void> {
    const options = { onCell: (cell: Cell) => void this.#roots.push(cell) };
    await startChild(this.#parts.assembly.env, parent, root, 1, (exit) => this.#rootExited(exit), options);
  }

  /** A tree that has ended by itself takes the system with it: there is nobody left to restart it. */
  #rootExited(exit: ActorExit): void {
    if (this.#parts.ending.hasBegun) return;
    this.#leave(exit);
    this.#begin().catch(this.#parts.faults.hear);
  }

  #leave(exit: ActorExit): void {
    const { ending, assembly } = this.#parts;
    if (ending.leave(exit)) assembly.reporter.ended(exit);
  }

  #begin(): Promise<void> {
    return this.#parts.ending.begin(() => this.#stop());
  }

  async #stop(): Promise<void> {
    const { runId, store, ending, faults, onEnded } = this.#parts;
    const { processes, sessions, observations, owed, reporter, work, scheduleClock, deaths } = this.#parts.assembly;
    try {
      await scheduleClock.stop();
      work.lanes.stop();
      await deaths.stop();
      await this.#retention?.stop();
      for (const root of [...this.#roots].reverse()) await root.stop('infinity');
      await processes.close();
    } finally {
      this.#heartbeat?.stop();
      sessions.stop();
      observations.close();
      // What the disk refused and still refuses is for the next host to find out.
      await owed.close().catch(faults.hear);
      await store.hosts.end(runId).catch(faults.hear);
      this.#hostEnd?.[Symbol.dispose]();
      // Its door stays: whoever asks about a tree that has ended by itself is to hear of it.
      await this.#inspector?.end().catch(faults.hear);
      reporter.close();
      await store.close().finally(() => onEnded(ending.exit));
    }
  }
}

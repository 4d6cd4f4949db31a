import type { AnyActorLogic } from 'xstate';
import type { Cell } from '../actors/cell/cell.js';
import { Asks } from '../actors/desk/asks.js';
import { WorkerDesk } from '../actors/desk/worker-desk.js';
import { type ActorHandle, StandingActor, type UntypedLogic } from '../actors/handles/actor-handle.js';
import type { UntypedMethods } from '../actors/handles/method-types.js';
import type { ExecPool, Pool } from '../actors/handles/pool-handle.js';
import { type FindPool, standingExecPool, standingPool } from '../actors/handles/standing-pool.js';
import { absolutePath, startChild } from '../actors/tree/child.js';
import type { ChildSpec } from '../actors/tree/child-spec.js';
import { type DeadLetter, type DeadLetterReason, Directory, type Down } from '../actors/tree/directory.js';
import type { Observation } from '../actors/tree/environment.js';
import { link } from '../actors/tree/link.js';
import { spec } from '../actors/tree/spec.js';
import { dynamicSupervisor, supervisor, supervisorLogic } from '../actors/tree/supervisor.js';
import { type SupervisorHandle, supervisorHandle } from '../actors/tree/supervisor-calls.js';
import type { AnyPath, FreePath, LogicAt, MethodsAt, PathTo, Place } from '../actors/tree/tree-types.js';
import type { ProcessEnvironment } from '../actors/worker/process-services.js';
import { systemClock } from '../clock.js';
import { EspalierError, isEspalierError } from '../errors.js';
import { Heartbeat } from '../host/heartbeat.js';
import { onHostEnd } from '../host/host-end.js';
import { Observations } from '../host/observations.js';
import { OwedWrites } from '../host/owed-writes.js';
import { ProcessHost } from '../host/process-host.js';
import { recover } from '../host/recovery.js';
import { Sessions } from '../host/sessions.js';
import { answersOf } from '../inspection/ask/answers.js';
import { type InspectorServer, serveInspector } from '../inspection/inspector.js';
import { liveActors } from '../inspection/living/live-actors.js';
import { inspectedSystem } from '../inspection/living/of-system.js';
import type { NewJournalEvent } from '../machines/events.js';
import type { ActorExit } from '../machines/exits/exit.js';
import type { JournalStore, Store } from '../persistence/index.js';
import type { InspectedHost } from '../transport/inspector/inspected-host.js';
import { ReadModel, type TreeNode } from '../transport/inspector/model/read-model.js';
import { readIdentity } from '../transport/process/proc/identity.js';
import { VERSION } from '../version.js';
import { dispatchPool } from '../work/dispatch/dispatch-pool.js';
import { makeRuns } from '../work/runs/make-runs.js';
import type { Runs } from '../work/runs/runs.js';
import { OWN_ID, type SystemOptions } from './options.js';
import { Reporter, reasonOf } from './reporter.js';
import { SystemTools } from './tools.js';
import { Warnings } from './warnings.js';

export type { SystemOptions } from './options.js';

/** One supervision tree with its store. Made by `createSystem`; of one that `defineTree` wrote down it knows the paths. */
export class System<T extends Place = Place> {
  readonly #store: Store;
  readonly #directory = new Directory({ onFault: (error) => this.#fault(error) });
  readonly #processes: ProcessHost;
  readonly #observations: Observations;
  readonly #live = liveActors(this.#directory);
  readonly #model = new ReadModel(this.#live);
  readonly #env: ProcessEnvironment;
  #heartbeat: Heartbeat | null = null;
  #hostEnd: Disposable | null = null;
  #inspector: InspectorServer | null = null;
  readonly #roots: Cell[] = [];
  #stopping: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;
  #endedByItself = false;
  #isFenced = false;
  readonly #startedAt = systemClock.now();
  readonly #warnings = new Warnings(systemClock);
  readonly #reporter: Reporter;
  #exit: ActorExit = { kind: 'shutdown' };
  readonly #owed: OwedWrites;
  #end: (exit: ActorExit) => void = () => undefined;

  /** The host's tools and its workers' methods. */
  readonly tools: SystemTools;
  /** What workers asked and nobody has answered. */
  readonly asks: Asks;
  /** Durable data of sessions. */
  readonly sessions: Sessions;
  /** Ordered, durable, resumable work. */
  readonly runs: Runs;
  /** Resolves, once everything is gone, when the tree has ended by itself or `stop` was called, with how and why. */
  readonly ended = new Promise<ActorExit>((resolve) => {
    this.#end = resolve;
  });

  constructor(
    readonly name: string,
    readonly runId: string,
    store: Store,
    { tools = [], onAsk, onReport, stdio, inspector }: Omit<SystemOptions, 'name'>,
  ) {
    const clock = systemClock;
    const background = (write: Promise<unknown>) => void write.catch((error) => this.#fault(error));
    const journal = (event: NewJournalEvent) => {
      this.#reporter.hear(event);
      background(store.journal.append([event]));
    };
    this.#store = store;
    this.#reporter = new Reporter({ system: name, clock, onReport, onFault: (error) => this.#warnings.give(error) });
    this.#observations = new Observations(store.snapshots, clock, background);
    this.sessions = new Sessions(store.sessions, clock, background);
    this.asks = new Asks(clock);
    const desk = new WorkerDesk({ tools, asks: this.asks, onAsk, onFault: (error) => this.#fault(error) });
    const isOver = () => this.#stopping !== null;
    this.#owed = new OwedWrites({ clock, isOver, onFault: (error) => this.#fault(error) });
    this.#processes = new ProcessHost({
      ...{ runId, store, clock, owed: this.#owed, desk, journal, background, stdio },
      hostEnv: process.env,
      secretKeys: inspector?.redact?.keys ?? [],
      onFault: (error) => this.#fault(error),
    });
    const requireRunning = () => this.#requireRunning();
    this.tools = new SystemTools(desk, () => this.#processes.knownPools(), requireRunning);
    this.#env = {
      clock,
      random: () => Math.random(),
      directory: this.#directory,
      journal,
      observe: (observation) => this.#observe(observation),
      snapshots: store.snapshots,
      processes: () => this.#processes.services(),
      isOver,
    };
    this.runs = this.#makeRuns();
  }

  /** Called once, by `createSystem`. */
  async start(options: SystemOptions): Promise<void> {
    const { hosts } = this.#store;
    const identity = readIdentity(process.pid);
    if (!identity) throw new EspalierError('ESP_PLATFORM', 'this process cannot be found in /proc');
    const parts = { directory: this.#directory, model: this.#model, redact: options.inspector?.redact };
    // A store in memory is known to nobody who could ask.
    const directory = options.store === ':memory:' ? null : await this.#processes.listen(answersOf(parts));
    const [node, version] = [process.version, VERSION];
    await hosts.register({ runId: this.runId, name: this.name, identity, node, version, directory });
    await recover({ store: this.#store, self: this.runId, clock: this.#env.clock });
    this.#hostEnd = onHostEnd((data) => this.#store.lastWord(this.runId, { type: 'host.crashed', data }));
    this.#heartbeat = new Heartbeat(
      this.runId,
      hosts,
      this.#env.clock,
      () => void this.#endFenced(),
      (error) => this.#fault(error),
    );
    const root = spec({ id: 'root', role: 'supervisor', type: 'supervisor', start: supervisorLogic(options) });
    // The root alone has no name: its path is `/`.
    await this.#startRoot('', { ...root, id: '' });
    this.#requireTree();
    const runs = dynamicSupervisor({ id: 'runs' });
    await this.#startRoot('/', supervisor({ id: OWN_ID, children: [runs] }));
    this.#requireTree();
    if (options.inspector) {
      this.#inspector = await serveInspector(this.inspected, options.inspector);
      this.#requireTree();
    }
    this.#reporter.started();
  }

  /** The inspector that `createSystem` was asked for. */
  get inspector(): Pick<InspectorServer, 'url' | 'port' | 'token'> | null {
    return this.#inspector;
  }

  /** What `createInspector` looks at. */
  get inspected(): InspectedHost {
    return inspectedSystem({
      runId: this.runId,
      name: this.name,
      startedAt: this.#startedAt,
      store: this.#store,
      directory: this.#directory,
      model: this.#model,
      actors: this.#live,
      processes: this.#processes,
      supervisor: (path) => this.#supervisor(path),
      hasEnded: () => this.#stopping !== null,
    });
  }

  /**
   * The pool at a path, whose workers serve calls; `embed` means `/embed`. The handle stays good across restarts.
   *
   * @throws EspalierError `ESP_NOT_FOUND`; `ESP_INVALID` for a pool that runs programs; `ESP_STOPPED`
   * @example
   * type Methods = { embed(args: { text: string }): number[] };
   * const vector = await system.pool<Methods>('embed').call('embed', { text: 'hello' });
   */
  pool<M extends object = UntypedMethods>(path: FreePath<T>): Pool<M>;
  pool<P extends PathTo<T, 'pool'>>(path: P): Pool<MethodsAt<T, P>>;
  pool(path: string): Pool {
    return standingPool(...this.#place(path));
  }

  /** The exec pool at a path. @throws EspalierError `ESP_NOT_FOUND`; `ESP_INVALID` for one that serves calls; `ESP_STOPPED` */
  execPool(path: FreePath<T> | PathTo<T, 'execPool'>): ExecPool {
    return standingExecPool(...this.#place(path));
  }

  /** The supervisor at a path; `/` is the root. */
  supervisor(
    path: FreePath<T> | PathTo<T, 'supervisor' | 'dynamic' | 'pool' | 'execPool'> | '/' = '/',
  ): SupervisorHandle {
    return this.#supervisor(path);
  }

  /** Whether an actor lives at a path, and in which incarnation. */
  whereis(path: string): { readonly path: string; readonly incarnation: number } | undefined {
    const cell = this.#directory.whereis(absolutePath(path));
    return cell && { path: cell.path, incarnation: cell.incarnation };
  }

  /** Calls `monitor` once: when the actor of that path ends, or soon, with `noproc`, when none lives there. */
  monitor(path: string, monitor: (down: Down) => unknown): Disposable {
    return this.#directory.monitor(absolutePath(path), monitor);
  }

  /** OTP's `link`: one's end other than normal is the end of both. @throws EspalierError `ESP_NOT_FOUND` if either does not live */
  link(a: string, b: string): Disposable {
    this.#requireRunning();
    return link(this.#directory, absolutePath(a), absolutePath(b));
  }

  /** The events that reached nobody: how many, by reason, and the latest hundred. */
  get deadLetters(): {
    readonly counts: Readonly<Record<DeadLetterReason, number>>;
    readonly recent: readonly DeadLetter[];
  } {
    return { counts: this.#directory.deadLetters, recent: this.#directory.recentDeadLetters };
  }

  /** The actor at a path, alive or not; `system.actor<typeof ordersMachine>(path)` knows its events and its snapshot. */
  actor<L extends AnyActorLogic = UntypedLogic>(path: FreePath<T>): ActorHandle<L>;
  actor<P extends AnyPath<T>>(path: P): ActorHandle<LogicAt<T, P>>;
  actor(path: string): ActorHandle {
    const at = absolutePath(path);
    return new StandingActor(at, {
      find: () => this.#directory.whereis(at),
      cell: () => this.#cell(at),
      send: (event) => this.#directory.send(at, event),
    });
  }

  /** The living actors in order of their paths, each with its state; nested states as JSON. */
  tree(): readonly TreeNode[] {
    return this.#model.living();
  }

  /** What happened, as it was journalled: everything, or from a cursor on. */
  get events(): { subscribe: JournalStore['tail'] } {
    return { subscribe: (options) => this.#store.journal.tail({ follow: true, ...options }) };
  }

  /** Stops everything in reverse order and resolves when every process is gone. Idempotent; safe during the start. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    this.#stopped ??= this.#stopping.finally(() => this.#inspector?.close());
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    try {
      for (const root of [...this.#roots].reverse()) await root.stop('infinity');
      await this.#processes.close();
    } finally {
      this.#heartbeat?.stop();
      this.sessions.stop();
      this.#observations.close();
      // What the disk refused and still refuses is for the next host to find out.
      await this.#owed.close().catch((error) => this.#fault(error));
      await this.#store.hosts.end(this.runId).catch((error) => this.#fault(error));
      this.#hostEnd?.[Symbol.dispose]();
      // Its door stays: whoever asks about a tree that has ended by itself is to hear of it.
      await this.#inspector?.end().catch((error) => this.#fault(error));
      this.#reporter.close();
      await this.#store.close().finally(() => this.#end(this.#exit));
    }
  }

  async #startRoot(parent: string, root: ChildSpec): Promise<void> {
    const options = { onCell: (cell: Cell) => void this.#roots.push(cell) };
    await startChild(this.#env, parent, root, 1, (exit) => this.#rootExited(exit), options);
  }

  /** A tree that has ended by itself takes the system with it: there is nobody left to restart it. */
  #rootExited(exit: ActorExit): void {
    if (this.#stopping !== null) return;
    this.#leave(exit);
    this.#stopping = this.#stop();
    this.#stopping.catch((error) => this.#fault(error));
  }

  /** The first reason stands: what ends while a fenced host ends its processes is a consequence. */
  #leave(exit: ActorExit): void {
    if (this.#endedByItself) return;
    this.#exit = exit;
    this.#endedByItself = true;
    this.#reporter.ended(exit);
  }

  /** Another host has taken this one for dead: what it runs is run elsewhere, so it ends its own first. */
  async #endFenced(): Promise<void> {
    if (this.#isFenced) return;
    this.#isFenced = true;
    const error = new EspalierError('ESP_FENCED', `another host declared ${this.runId} dead; it stops`);
    this.#warnings.give(error);
    if (this.#stopping === null) this.#leave({ kind: 'crash', error });
    try {
      await this.#processes.close();
      this.#stopping ??= this.#stop();
      await this.#stopping;
    } catch (error) {
      this.#fault(error);
    }
  }

  #observe(observation: Observation): void {
    if (observation.state === 'fault') this.#fault(observation.detail);
    this.#observations.observe(observation);
    this.#model.see({ at: this.#env.clock.now(), ...observation });
  }

  #fault(error: unknown): void {
    const code = isEspalierError(error) ? error.code : null;
    if (this.#stopping !== null && code === 'ESP_STOPPED') return;
    // Any write may be the first to learn of it.
    if (code === 'ESP_FENCED') void this.#endFenced();
    else this.#warnings.give(error);
  }

  #requireRunning(): void {
    if (this.#stopping === null) return;
    const why = this.#endedByItself ? `ended by itself, after ${reasonOf(this.#exit)}` : 'stopped';
    const cause = this.#exit.kind === 'crash' ? this.#exit.error : undefined;
    throw new EspalierError('ESP_STOPPED', `the system ${this.name} has ${why}`, { cause });
  }

  /** A tree that has ended meanwhile is being stopped: nothing may start behind it. */
  #requireTree(): void {
    if (this.#exit.kind === 'crash') throw this.#exit.error;
    this.#requireRunning();
  }

  #cell(path: string): Cell {
    this.#requireRunning();
    const cell = this.#directory.whereis(path);
    if (cell) return cell;
    throw new EspalierError('ESP_NOT_FOUND', `no actor lives at ${path}`, { context: { path } });
  }

  #supervisor(path: string): SupervisorHandle {
    return supervisorHandle(this.#env, absolutePath(path));
  }

  #place(path: string): [path: string, find: FindPool] {
    const at = absolutePath(path);
    const find = () => this.#processes.knownPool(at);
    // A pool that could not start may have ended the whole tree: it says why.
    if (!this.#endedByItself || !find()) this.#requireRunning();
    return [at, find];
  }

  #makeRuns(): Runs {
    return makeRuns({
      runId: this.runId,
      store: this.#store,
      env: this.#env,
      owed: this.#owed,
      path: `/${OWN_ID}/runs`,
      pool: (path) => dispatchPool(...this.#place(path)),
      newSpawnId: () => this.#processes.newSpawnId(),
      onFault: (error) => this.#fault(error),
    });
  }
}

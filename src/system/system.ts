import type { AnyActorLogic } from 'xstate';
import type { Asks } from '../actors/desk/asks.js';
import type { ActorHandle, UntypedLogic } from '../actors/handles/actor-handle.js';
import type { UntypedMethods } from '../actors/handles/method-types.js';
import type { ExecPool, Pool } from '../actors/handles/pool-handle.js';
import { absolutePath } from '../actors/tree/child.js';
import type { DeadLetter, DeadLetterReason, Down } from '../actors/tree/directory.js';
import type { SupervisorHandle } from '../actors/tree/supervisor-calls.js';
import type { AnyPath, FreePath, LogicAt, MethodsAt, PathTo, Place } from '../actors/tree/tree-types.js';
import { systemClock } from '../clock.js';
import type { Sessions } from '../host/sessions.js';
import type { RunId } from '../ids.js';
import type { InspectorServer } from '../inspection/inspector.js';
import { inspectedSystem } from '../inspection/living/of-system.js';
import type { ActorExit } from '../machines/exits/exit.js';
import type { JournalStore, Store } from '../persistence/index.js';
import type { InspectedHost } from '../transport/inspector/inspected-host.js';
import type { TreeNode } from '../transport/inspector/model/read-model.js';
import type { Jobs } from '../work/jobs/jobs.js';
import type { Limits, Queues } from '../work/jobs/queues.js';
import { Operations } from '../work/operations/operations.js';
import type { Runs } from '../work/runs/runs.js';
import type { Schedules } from '../work/schedules/schedules.js';
import { type Assembly, assemble } from './assembly.js';
import { Ending } from './ending.js';
import { Faults } from './faults.js';
import { Lifetime } from './lifetime.js';
import type { SystemOptions } from './options.js';
import type { SystemTools } from './tools.js';

export type { SystemOptions } from './options.js';

/** One supervision tree with its store. Made by `createSystem`; of one that `defineTree` wrote down it knows the paths. */
export class System<T extends Place = Place> {
  readonly #store: Store;
  readonly #startedAt = systemClock.now();
  readonly #ending: Ending;
  readonly #parts: Assembly;
  readonly #lifetime: Lifetime;
  #end: (exit: ActorExit) => void = () => undefined;

  /** The host's tools and its workers' methods. */
  readonly tools: SystemTools;
  /** What workers asked and nobody has answered. */
  readonly asks: Asks;
  /** Durable data of sessions. */
  readonly sessions: Sessions;
  /** Ordered, durable, resumable work. */
  readonly runs: Runs;
  /** Durable jobs. */
  readonly jobs: Jobs;
  /** The queues in which they wait. */
  readonly queues: Queues;
  /** The limits that they keep. */
  readonly limits: Limits;
  /** Functions of yours that run in the store's transactions. */
  readonly operations: Operations;
  /** Rules by which jobs are submitted. */
  readonly schedules: Schedules;
  /** Resolves, once everything is gone, when the tree has ended by itself or `stop` was called, with how and why. */
  readonly ended = new Promise<ActorExit>((resolve) => {
    this.#end = resolve;
  });

  constructor(
    readonly name: string,
    readonly runId: RunId,
    store: Store,
    { tools, onAsk, onReport, stdio, inspector, outputFlushMs }: Omit<SystemOptions, 'name'>,
  ) {
    this.#store = store;
    const ending = new Ending(name);
    this.#ending = ending;
    const faults = new Faults(ending, () => void this.#lifetime.endFenced());
    const given = { tools, onAsk, onReport, stdio, inspector, outputFlushMs };
    const assembly = assemble({ ...given, name, runId, store, ending, faults });
    this.#parts = assembly;
    const onEnded = (exit: ActorExit) => this.#end(exit);
    this.#lifetime = new Lifetime({ name, runId, store, ending, faults, assembly, onEnded });
    this.tools = assembly.tools;
    this.asks = assembly.asks;
    this.sessions = assembly.sessions;
    this.runs = assembly.runs;
    this.jobs = assembly.work.jobs;
    this.queues = assembly.work.queues;
    this.limits = assembly.work.limits;
    this.schedules = assembly.schedules;
    this.operations = new Operations(() => {
      ending.requireRunning();
      return store;
    });
  }

  /** Called once, by `createSystem`. */
  start(options: SystemOptions): Promise<void> {
    return this.#lifetime.start(options, () => this.inspected);
  }

  /** The inspector that `createSystem` was asked for. */
  get inspector(): Pick<InspectorServer, 'url' | 'port' | 'token'> | null {
    return this.#lifetime.inspector;
  }

  /** What `createInspector` looks at. */
  get inspected(): InspectedHost {
    const { env, model, live, processes, handles } = this.#parts;
    return inspectedSystem({
      runId: this.runId,
      name: this.name,
      startedAt: this.#startedAt,
      store: this.#store,
      directory: env.directory,
      model,
      actors: live,
      processes,
      supervisor: (path) => handles.supervisor(path),
      hasEnded: () => this.#ending.hasBegun,
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
    return this.#parts.handles.pool(path);
  }

  /** The exec pool at a path. @throws EspalierError `ESP_NOT_FOUND`; `ESP_INVALID` for one that serves calls; `ESP_STOPPED` */
  execPool(path: FreePath<T> | PathTo<T, 'execPool'>): ExecPool {
    return this.#parts.handles.execPool(path);
  }

  /** The supervisor at a path; `/` is the root. */
  supervisor(
    path: FreePath<T> | PathTo<T, 'supervisor' | 'dynamic' | 'pool' | 'execPool'> | '/' = '/',
  ): SupervisorHandle {
    return this.#parts.handles.supervisor(path);
  }

  /** Whether an actor lives at a path, and in which incarnation. */
  whereis(path: string): { readonly path: string; readonly incarnation: number } | undefined {
    const cell = this.#parts.env.directory.whereis(absolutePath(path));
    return cell && { path: cell.path, incarnation: cell.incarnation };
  }

  /** Calls `monitor` once: when the actor of that path ends, or soon, with `noproc`, when none lives there. */
  monitor(path: string, monitor: (down: Down) => unknown): Disposable {
    return this.#parts.env.directory.monitor(absolutePath(path), monitor);
  }

  /** OTP's `link`: one's end other than normal is the end of both. @throws EspalierError `ESP_NOT_FOUND` if either does not live */
  link(a: string, b: string): Disposable {
    return this.#parts.handles.link(a, b);
  }

  /** The events that reached nobody: how many, by reason, and the latest hundred. */
  get deadLetters(): {
    readonly counts: Readonly<Record<DeadLetterReason, number>>;
    readonly recent: readonly DeadLetter[];
  } {
    const { deadLetters: counts, recentDeadLetters: recent } = this.#parts.env.directory;
    return { counts, recent };
  }

  /** The actor at a path, alive or not; `system.actor<typeof ordersMachine>(path)` knows its events and its snapshot. */
  actor<L extends AnyActorLogic = UntypedLogic>(path: FreePath<T>): ActorHandle<L>;
  actor<P extends AnyPath<T>>(path: P): ActorHandle<LogicAt<T, P>>;
  actor(path: string): ActorHandle {
    return this.#parts.handles.actor(path);
  }

  /** The living actors in order of their paths, each with its state; nested states as JSON. */
  tree(): readonly TreeNode[] {
    return this.#parts.model.living();
  }

  /** What happened, as it was journalled: everything, or from a cursor on. */
  get events(): { subscribe: JournalStore['tail'] } {
    return { subscribe: (options) => this.#store.journal.tail({ follow: true, ...options }) };
  }

  /** Stops everything in reverse order and resolves when every process is gone. Idempotent; safe during the start. */
  stop(): Promise<void> {
    return this.#lifetime.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

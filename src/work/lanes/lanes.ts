import type { TreeEnvironment } from '../../actors/tree/environment.js';
import { spec } from '../../actors/tree/spec.js';
import type { SupervisorHandle } from '../../actors/tree/supervisor-calls.js';
import type { RunId } from '../../ids.js';
import type { Store } from '../../persistence/store.js';
import type { Backend } from '../backends/contract.js';
import type { OutputFlusher } from '../dispatch/output-flusher.js';
import type { Owed } from '../dispatch/owed.js';
import { JobClock } from './job-clock.js';
import { Lane, type LanePlace } from './lane.js';
import { Room } from './room.js';

/** The pools of a host, as far as its lanes need to know them. */
export interface ServedPools {
  /** The paths of the living ones. */
  paths(): Iterable<string>;
  /** The queues that a pool serves beside its own. */
  serves(path: string): readonly string[];
  /** Calls back, with its path, when what a pool can take may have changed, also when one comes to life. */
  watch(changed: (path: string) => void): Disposable;
  /** A line of one's own to the pool of a path. */
  line(path: string): Backend;
}

export interface LanesServices {
  readonly runId: RunId;
  /** Of the system: it is part of the names of queues that belong to a pool. */
  readonly name: string;
  readonly store: Pick<Store, 'jobs' | 'journal'>;
  readonly env: TreeEnvironment;
  readonly flusher: OutputFlusher;
  readonly owed: Owed;
  readonly pools: ServedPools;
  /** The supervisor below which lanes live. */
  readonly supervisor: SupervisorHandle;
  newSpawnId(): string;
  /** Called once, when the lanes are opened. */
  onOpened(): void;
  onFault(error: unknown): void;
}

/**
 * The lanes of a host: one for each of its pools and each queue that it serves, its own first. There are none while the store has never had
 * a job, so that a host that has nothing to do with jobs reads nothing: it looks once a second whether that is still so.
 */
export class Lanes {
  readonly #services: LanesServices;
  readonly #clock: JobClock;
  readonly #lanes = new Map<string, Lane>();
  readonly #rooms = new Map<string, Room>();
  readonly #atWork = { count: 0 };
  #watch: Disposable | null = null;

  constructor(services: LanesServices) {
    this.#services = services;
    const { runId, store, env, onFault } = services;
    this.#clock = new JobClock({
      ...{ runId, onFault, jobs: store.jobs, journal: store.journal, clock: env.clock },
      onJobs: () => this.open(),
    });
  }

  /** Called once, when the host is registered and has recovered what dead hosts left. */
  start(): void {
    this.#clock.start();
  }

  /** Opens the lanes, unless that is done: of the pools that live, and of those that come to life later. */
  open(): void {
    if (this.#watch !== null) return;
    const { pools } = this.#services;
    this.#watch = pools.watch((path) => this.#serve(path));
    for (const path of pools.paths()) this.#serve(path);
    this.#services.onOpened();
  }

  /** Nothing is claimed any more; the lanes end with their supervisor. */
  stop(): void {
    this.#watch?.[Symbol.dispose]();
    this.#clock.stop();
  }

  #serve(path: string): void {
    const { name, pools } = this.#services;
    for (const queue of [queueOf(name, path), ...pools.serves(path)]) {
      if (!this.#lanes.has(keyOf(path, queue))) this.#begin({ path, queue, room: this.#roomOf(path) });
    }
  }

  #roomOf(path: string): Room {
    const room = this.#rooms.get(path) ?? new Room();
    this.#rooms.set(path, room);
    return room;
  }

  #begin({ path, queue, room }: Omit<LanePlace, 'line'>): void {
    const { supervisor, pools, store, onFault, env, runId, flusher, owed, newSpawnId } = this.#services;
    const key = keyOf(path, queue);
    const services = {
      ...{ runId, flusher, owed, newSpawnId, onFault, jobs: store.jobs, journal: store.journal, clock: env.clock },
      atWork: this.#atWork,
      onIdle: () => this.#wakeAll(),
    };
    const make = () => new Lane(services, { path, queue, room, line: () => pools.line(path) });
    let lane = make();
    let isFirst = true;
    this.#lanes.set(key, lane);
    const start = async () => {
      if (!isFirst) {
        await lane.abandon();
        lane = make();
        this.#lanes.set(key, lane);
      }
      isFirst = false;
      return lane.logic();
    };
    const child = spec({ id: laneId(key), role: 'lane', restart: 'permanent', shutdown: 'infinity', start });
    supervisor.startChild(child).then((started) => {
      if (!started.ok && started.error !== 'stopping') onFault(started.cause ?? new Error(started.error));
    }, onFault);
  }

  #wakeAll(): void {
    for (const lane of this.#lanes.values()) lane.wake();
  }
}

/** The queue that belongs to a pool. */
export function queueOf(system: string, path: string): string {
  return `${system}:${path}`;
}

function keyOf(path: string, queue: string): string {
  return `${path} ${queue}`;
}

/** The id of a lane's actor: a path has no slashes inside its names. */
function laneId(key: string): string {
  return encodeURIComponent(key);
}

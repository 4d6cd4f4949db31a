import type { Cell } from '../actors/cell/cell.js';
import { type ActorHandle, StandingActor } from '../actors/handles/actor-handle.js';
import type { ExecPool, Pool } from '../actors/handles/pool-handle.js';
import { type FindPool, standingExecPool, standingPool } from '../actors/handles/standing-pool.js';
import { absolutePath } from '../actors/tree/child.js';
import type { TreeEnvironment } from '../actors/tree/environment.js';
import { link } from '../actors/tree/link.js';
import { type SupervisorHandle, supervisorHandle } from '../actors/tree/supervisor-calls.js';
import { EspalierError } from '../errors.js';
import type { ProcessHost } from '../host/process-host.js';
import type { Ending } from './ending.js';

/** Where handles look for what lives. */
export interface HandlesParts {
  readonly env: TreeEnvironment;
  readonly processes: Pick<ProcessHost, 'knownPool'>;
  readonly ending: Ending;
}

/** What a user holds of the actors of a tree, by their paths; `embed` means `/embed`. */
export class Handles {
  readonly #parts: HandlesParts;

  constructor(parts: HandlesParts) {
    this.#parts = parts;
  }

  /** @throws EspalierError `ESP_NOT_FOUND`; `ESP_INVALID` for a pool that runs programs; `ESP_STOPPED` */
  pool(path: string): Pool {
    return standingPool(...this.place(path));
  }

  /** @throws EspalierError `ESP_NOT_FOUND`; `ESP_INVALID` for a pool that serves calls; `ESP_STOPPED` */
  execPool(path: string): ExecPool {
    return standingExecPool(...this.place(path));
  }

  supervisor(path: string): SupervisorHandle {
    return supervisorHandle(this.#parts.env, absolutePath(path));
  }

  /** Of the actor at a path, alive or not. */
  actor(path: string): ActorHandle {
    const { directory } = this.#parts.env;
    const at = absolutePath(path);
    return new StandingActor(at, {
      find: () => directory.whereis(at),
      cell: () => this.#cell(at),
      send: (event) => directory.send(at, event),
    });
  }

  /** @throws EspalierError `ESP_NOT_FOUND` if either does not live; `ESP_STOPPED` */
  link(a: string, b: string): Disposable {
    this.#parts.ending.requireRunning();
    return link(this.#parts.env.directory, absolutePath(a), absolutePath(b));
  }

  /** Where a pool lives, and how it is found there. @throws EspalierError `ESP_STOPPED` */
  place(path: string): [path: string, find: FindPool] {
    const { processes, ending } = this.#parts;
    const at = absolutePath(path);
    const find = () => processes.knownPool(at);
    // A pool that could not start may have ended the whole tree: it says why.
    if (!ending.isByItself || !find()) ending.requireRunning();
    return [at, find];
  }

  #cell(path: string): Cell {
    this.#parts.ending.requireRunning();
    const cell = this.#parts.env.directory.whereis(path);
    if (cell) return cell;
    throw new EspalierError('ESP_NOT_FOUND', `no actor lives at ${path}`, { context: { path } });
  }
}

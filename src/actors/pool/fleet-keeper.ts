import { EspalierError } from '../../errors.js';
import {
  countOf,
  type Fleet,
  type FleetCommand,
  type FleetEvent,
  members,
  newFleet,
} from '../../machines/pool/fleet.js';
import type { RecycleReason } from '../../machines/worker/recycle.js';
import { childPath } from '../tree/child.js';
import type { ChildSpec, StartContext } from '../tree/child-spec.js';
import { supervisorHandle } from '../tree/supervisor-calls.js';
import type { Roster, Seat } from './roster.js';

export interface FleetKeeperOptions<S extends Seat> {
  /** Where the pool lives. */
  readonly context: StartContext;
  readonly size: number;
  readonly roster: Roster<S>;
  starter(id: string): ChildSpec;
  tell(event: FleetEvent): void;
  recycled(seat: S, reason: RecycleReason): void;
}

/** What somebody waits for: `true` when it is so, an error when it will not be. */
type Condition = (fleet: Fleet) => boolean | EspalierError;

interface Waiter {
  readonly condition: Condition;
  resolve(): void;
  reject(error: unknown): void;
}

/** The largest pool. */
export const MAX_SIZE = 1024;

/** Does what a pool's fleet decides: has seats started, emptied and ended. */
export class FleetKeeper<S extends Seat> {
  #fleet: Fleet;
  readonly #waiters = new Set<Waiter>();

  constructor(readonly options: FleetKeeperOptions<S>) {
    this.#fleet = newFleet(options.size);
  }

  get size(): number {
    return this.#fleet.size;
  }

  /** Those that a new supervisor of workers starts with. */
  starters(): readonly ChildSpec[] {
    return this.#fleet.seats.filter(({ phase }) => phase !== 'retiring').map(({ id }) => this.options.starter(id));
  }

  perform(fleet: Fleet, commands: readonly FleetCommand[]): void {
    this.#fleet = fleet;
    for (const command of commands) {
      if (command.type === 'start') void this.#start(command.id);
      else void this.#retire(command.id, command.reason);
    }
    this.#settle();
  }

  async resize(size: number): Promise<void> {
    if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
      throw new EspalierError('ESP_INVALID', `size is ${size}; a whole number from 1 to ${MAX_SIZE}`);
    }
    const { path, incarnation, env } = this.options.context;
    const from = this.#fleet.size;
    if (from === size) return;
    this.options.tell({ type: 'pool.resize', size });
    env.journal({ type: 'pool.resized', path, incarnation, data: { from, size } });
    await this.#until((fleet) => hasSize(fleet, size));
  }

  async recycle(): Promise<void> {
    const serving = members(this.#fleet).filter(({ phase }) => phase === 'serving');
    const ids = new Set(serving.map(({ id }) => id));
    for (const id of ids) this.options.tell({ type: 'seat.worn', id, reason: 'asked' });
    await this.#until(replacementOf(ids));
  }

  /** The pool ends: what is waited for will not be. */
  fail(reason: unknown): void {
    for (const { reject } of this.#waiters) reject(reason);
    this.#waiters.clear();
  }

  async #start(id: string): Promise<void> {
    const { starter, tell } = this.options;
    const started = await this.#workers()
      .startChild(starter(id))
      // A supervisor of workers that is being restarted begins with this seat by itself.
      .catch(() => ({ ok: true as const }));
    if (started.ok || started.error === 'already_started') return;
    tell({ type: 'seat.closed', id, error: 'cause' in started ? started.cause : started.error });
  }

  async #retire(id: string, reason: RecycleReason | null): Promise<void> {
    const { roster, recycled, tell } = this.options;
    const seat = await roster.retire(id);
    if (seat && reason) recycled(seat, reason);
    // Refused, or answered by nobody: then it has ended with its supervisor.
    await this.#workers()
      .terminateChild(id)
      .catch(() => undefined);
    roster.forget(id);
    tell({ type: 'seat.gone', id });
  }

  #workers() {
    const { env, path } = this.options.context;
    return supervisorHandle(env, childPath(path, 'workers'));
  }

  #until(condition: Condition): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.add({ condition, resolve, reject });
      this.#settle();
    });
  }

  #settle(): void {
    for (const waiter of this.#waiters) {
      const is = waiter.condition(this.#fleet);
      if (is === false) continue;
      this.#waiters.delete(waiter);
      if (is === true) waiter.resolve();
      else waiter.reject(is);
    }
  }
}

/** Superseded by a later resize, it is as good as done: the later one says when. */
function hasSize(fleet: Fleet, size: number): boolean {
  if (fleet.size !== size) return true;
  const settled = countOf(fleet, 'serving') + countOf(fleet, 'closed');
  return settled >= size && countOf(fleet, 'retiring') === 0;
}

/** Each of these seats is gone, or has another worker: one that ended by itself was replaced in its place. */
function replacementOf(ids: ReadonlySet<string>): Condition {
  const renewed = new Set<string>();
  return ({ seats }) => {
    const left = seats.filter(({ id }) => ids.has(id));
    for (const { id, phase } of left) if (phase === 'booting' || phase === 'closed') renewed.add(id);
    // It serves as if nothing had been asked: its replacement gave up.
    const spared = left.find(({ id, phase, worn }) => phase === 'serving' && worn === null && !renewed.has(id));
    // One that boots may do so for the last time, in a pool that stops: that is told when the pool ends.
    if (!spared) return left.every(({ id, phase }) => renewed.has(id) && phase !== 'booting');
    return new EspalierError('ESP_WORKER_BOOT', `the replacement of seat ${spared.id} did not become ready`);
  };
}

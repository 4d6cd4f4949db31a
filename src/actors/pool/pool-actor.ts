import { fromCallback } from 'xstate';
import { EspalierError, isEspalierError } from '../../errors.js';
import { type PoolEvent, type PoolReport, poolMachine } from '../../machines/pool/pool.js';
import type { OverflowPolicy } from '../../machines/pool/queue/checkout.js';
import { startError } from '../../machines/supervise/failed-start.js';
import type { RecycleReason } from '../../machines/worker/recycle.js';
import { own } from '../cell/outside-events.js';
import { failedPool, remember } from '../handles/failed-pool.js';
import type { AnyPool, PoolControl } from '../handles/pool-handle.js';
import type { ChildSpec, StartContext } from '../tree/child-spec.js';
import { spec } from '../tree/spec.js';
import { initialSupervision, type SupervisionOptions, supervisorLogic } from '../tree/supervisor.js';
import { Supervision } from '../tree/supervisor-perform.js';
import type { ProcessServices } from '../worker/process-services.js';
import type { SeatDriver } from '../worker/seat-driver.js';
import { workerStarter } from '../worker/starter.js';
import { FleetKeeper } from './fleet-keeper.js';
import { OverflowReport } from './overflow-report.js';
import { Readiness } from './readiness.js';
import { Roster, type Seat, WorkQueue } from './work-queue.js';

/** What the driver of a seat needs of its pool. */
export interface PoolForSeat<S extends Seat> {
  readonly id: string;
  /** The path of the pool. */
  readonly pool: string;
  readonly roster: Roster<S>;
  /** The seat can take work. */
  onOpen(): void;
  /** Its worker is being replaced. */
  onWithdraw(): void;
  /** Its worker had better be replaced. */
  onWorn(reason: RecycleReason): void;
}

/** What a handle needs of its pool. */
export interface PoolForHandle<S extends Seat> {
  readonly path: string;
  /** Queues whose jobs it does beside those of its own. */
  readonly serves: readonly string[];
  /** Null while the queue is being restarted, and after the pool's end. */
  queue(): WorkQueue<S> | null;
  readonly control: PoolControl;
  /** Why it takes nothing, while there is no queue. */
  refusal(): EspalierError;
  /** Why no worker can be used at present; null when one can, or may yet. */
  trouble(): EspalierError | null;
  /** Whether the seat takes work now. */
  isServing(seat: S): boolean;
  /** Those that take work now. */
  seats(): Iterable<S>;
}

/** What differs between exec and protocol pools. */
export interface PoolVariant<S extends Seat> {
  readonly mode: AnyPool['mode'];
  readonly size: number;
  readonly maxQueue: number;
  readonly overflow: OverflowPolicy;
  readonly serves: readonly string[];
  driver(pool: PoolForSeat<S>): SeatDriver;
  handle(pool: PoolForHandle<S>): AnyPool;
  /** The seat makes way for a fresh one, with nothing running in it. */
  recycled(seat: S, reason: RecycleReason): void;
}

/** Brings the pool machine to life for one incarnation. */
export class PoolActor<S extends Seat> {
  readonly #roster = new Roster<S>();
  readonly #readiness = new Readiness();
  readonly #fleet: FleetKeeper<S>;
  #queue: WorkQueue<S> | null = null;
  /** Why it takes no work at present; null when it does. */
  #drained: EspalierError | null = null;
  /** Why no worker of it ever became ready, once that is certain. */
  #failure: EspalierError | null = null;
  #isDegraded = false;
  /** Why the seat that closed last did, while any is closed. */
  #closedFor: unknown;
  #tell: (event: PoolEvent) => void = () => undefined;

  constructor(
    readonly variant: PoolVariant<S>,
    readonly context: StartContext,
    readonly services: ProcessServices,
  ) {
    // The first pool of this path, or another that has nothing to do with the last one.
    if (context.incarnation === 1) services.boots.forget(context.path);
    this.#roster.onMembers = () => this.#changed();
    this.#fleet = new FleetKeeper({
      context,
      size: variant.size,
      roster: this.#roster,
      starter: (id) => this.#starter(id),
      tell: (event) => this.#tell(event),
      recycled: (seat, reason) => variant.recycled(seat, reason),
    });
  }

  logic() {
    const options = this.#supervision();
    const supervision = new Supervision(this.context, options.children);
    const logic = poolMachine.provide({
      actors: { keeper: supervision.keeper, listing: fromCallback(() => this.#list()) },
      actions: {
        perform: ({ context: { commands }, self }) => {
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          supervision.perform(commands, this.#tell);
        },
        order: ({ context: { fleet, orders, error } }) => {
          this.#closedFor = error;
          this.#fleet.perform(fleet, orders);
          this.#changed();
        },
        report: ({ context: { error } }, report) => this.#report(report, error),
      },
    });
    const { env, path } = this.context;
    const state = initialSupervision(this.context, options);
    const served = this.services.boots.hasServed(path);
    return {
      logic: own(logic),
      input: { supervision: state, now: () => env.clock.now(), size: this.variant.size, served },
    };
  }

  #supervision(): SupervisionOptions & { readonly children: readonly ChildSpec[] } {
    const workers = spec({
      id: 'workers',
      role: 'supervisor',
      type: 'supervisor',
      // Asked anew at each start: seats have come and gone since the pool began.
      start: (context) => supervisorLogic({ dynamic: true, children: this.#fleet.starters() })(context),
    });
    // Last, so that its crash touches no worker.
    const queue = spec({ id: 'queue', role: 'queue', start: () => this.#queueLogic() });
    return { strategy: 'rest_for_one', children: [workers, queue] };
  }

  #starter(id: string): ChildSpec {
    const { path } = this.context;
    const pool: PoolForSeat<S> = {
      id,
      pool: path,
      roster: this.#roster,
      onOpen: () => {
        this.services.boots.served(path);
        this.#tell({ type: 'seat.offered', id });
      },
      onWithdraw: () => this.#tell({ type: 'seat.withdrawn', id }),
      onWorn: (reason) => this.#tell({ type: 'seat.worn', id, reason }),
    };
    return workerStarter({
      id,
      role: 'starter',
      awaitsReady: false,
      services: () => Promise.resolve(this.services),
      driver: () => this.variant.driver(pool),
      onClose: (error) => this.#tell({ type: 'seat.closed', id, error }),
    });
  }

  #queueLogic() {
    return own(
      fromCallback(() => {
        const { path, env } = this.context;
        const { maxQueue: limit, overflow } = this.variant;
        const report = new OverflowReport(env.clock, (times) =>
          env.journal({ type: 'queue.overflowed', path, data: { policy: overflow, limit, times } }),
        );
        const onOverflow = () => report.count();
        const queue = new WorkQueue(this.#roster, { pool: path, limit, overflow, onOverflow });
        this.#queue = queue;
        if (this.#drained) void queue.drain(this.#drained);
        this.#changed();
        return () => {
          this.#queue = null;
          this.#changed();
          report.close();
          queue.close(this.#failure ?? new EspalierError('ESP_STOPPED', `the queue of pool ${path} has stopped`));
        };
      }),
    );
  }

  /** From now on the pool can be found; the returned function ends that. */
  #list(): () => void {
    const { path } = this.context;
    const { pools, failedPools } = this.services;
    const isServing = (seat: S) => [...this.#roster.seats()].includes(seat);
    const [queue, refusal, control] = [() => this.#queue, () => this.#refusal(), this.#control()];
    const trouble = () => this.#trouble();
    const seats = () => this.#roster.seats();
    const handle = this.variant.handle({
      path,
      serves: this.variant.serves,
      queue,
      refusal,
      trouble,
      control,
      isServing,
      seats,
    });
    pools.set(path, handle);
    failedPools.delete(path);
    this.#changed();
    return () => {
      if (pools.get(path) === handle) pools.delete(path);
      if (this.#failure) remember(failedPools, failedPool(path, this.variant.mode, this.#failure));
      const reason = this.#failure ?? new EspalierError('ESP_STOPPED', `pool ${path} has stopped`);
      this.#changed();
      this.#readiness.fail(reason);
      this.#fleet.fail(reason);
    };
  }

  /** Why none of its seats can be used at present; it may become known only while none can. */
  #trouble(): EspalierError | null {
    return this.#isDegraded && isEspalierError(this.#closedFor) ? this.#closedFor : null;
  }

  #refusal(): EspalierError {
    return this.#failure ?? new EspalierError('ESP_STOPPED', `pool ${this.context.path} takes no work now`);
  }

  /** Whoever watches this path looks what it can take now. */
  #changed(): void {
    this.services.poolSignals.changed(this.context.path);
  }

  #control(): PoolControl {
    return {
      ready: () => this.#readiness.wait(),
      resize: (size) => this.#fleet.resize(size),
      recycle: () => this.#fleet.recycle(),
      drain: () => this.#drain(),
      resume: () => {
        this.#drained = null;
        this.#queue?.reopen();
        this.#changed();
      },
      load: () => ({
        size: this.#fleet.size,
        ...this.#roster.load,
        waiting: this.#queue?.length ?? 0,
        maxQueue: this.variant.maxQueue,
      }),
    };
  }

  async #drain(): Promise<void> {
    const { path, incarnation, env } = this.context;
    this.#drained = new EspalierError('ESP_STOPPED', `pool ${path} is drained: it takes no work until it is resumed`);
    const waited = this.#queue?.length ?? 0;
    const emptied = this.#queue?.drain(this.#drained);
    this.#changed();
    await emptied;
    await this.#roster.idle();
    env.journal({ type: 'pool.drained', path, incarnation, data: { waited } });
  }

  /** @param error why the seat that closed last did */
  #report(report: PoolReport, error: unknown): void {
    const { path, incarnation, env } = this.context;
    const { size } = this.#fleet;
    switch (report) {
      case 'ready':
        this.#isDegraded = false;
        this.#readiness.open();
        env.journal({ type: 'pool.ready', path, incarnation, data: { size } });
        break;
      case 'degraded':
        this.#isDegraded = true;
        this.#readiness.close();
        env.journal({ type: 'pool.degraded', path, incarnation, data: { usable: 0, size } });
        break;
      case 'hopeless':
        // Known before the queue ends: those who wait in it hear why.
        this.#failure = isEspalierError(error) ? error : startError(path, error);
        return;
      default:
        report satisfies never;
    }
    env.observe({ path, incarnation, role: 'pool', state: report });
  }
}

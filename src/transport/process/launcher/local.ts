import { once } from 'node:events';
import { EspalierError } from '../../../errors.js';
import { nowTicks, readStat } from '../proc.js';
import type { SweepReport } from '../spawner.js';
import { Sweeper } from '../sweep/sweeper.js';
import { FifoStock } from './fifos.js';
import { Group } from './group.js';
import { Guardian } from './guardian.js';
import type {
  GroupEnd,
  Launched,
  Launcher,
  LauncherEvents,
  LaunchOrder,
  Reservation,
  SweepTarget,
} from './launcher.js';
import { SessionFile } from './sessions.js';
import { connectPort, notStarted, startGuard } from './start.js';

export interface LocalLauncherOptions {
  readonly runId: string;
  readonly generation: number;
  /** The host's private folder. */
  readonly directory: string;
  /** The process on whose death the guardian removes the folder. */
  readonly hostPid: number;
  /** Pairs of FIFOs made so far, or why there are no more. */
  readonly onFifos?: (made: number, failure: EspalierError | null) => void;
}

interface Waiter {
  readonly resolve: (reservation: Reservation) => void;
  readonly reject: (error: EspalierError) => void;
}

/** The launcher that forks in this very process. */
export class LocalLauncher implements Launcher {
  readonly #groups = new Map<string, Group>();
  readonly #sweeper = new Sweeper({ isLivingGroup: (group) => this.#isLiving(group) });
  readonly #fifos: FifoStock;
  readonly #guardian: Guardian;
  readonly #sessions: SessionFile;
  readonly #waiting: Waiter[] = [];
  #made = 0;
  #taken = 0;
  #launching = 0;
  #launchesDone: (() => void) | undefined;
  #closed: Promise<void> | undefined;
  readonly #startTicks = nowTicks();

  constructor(
    private readonly options: LocalLauncherOptions,
    private readonly events: LauncherEvents,
  ) {
    this.#fifos = new FifoStock(options.directory, options.generation, (made, failure) => this.#stocked(made, failure));
    this.#guardian = new Guardian(options);
    this.#sessions = new SessionFile(options.directory, options.generation);
  }

  /** Starts the guardian and the first FIFOs; nothing may be launched before. */
  start(): void {
    this.#guardian.start();
    this.#fifos.refill();
  }

  reserve(): Promise<Reservation> {
    if (this.#closed !== undefined) return Promise.reject(stopped());
    if (this.#taken < this.#made) return Promise.resolve(this.#take());
    this.#fifos.refill();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Notes how many pairs were taken by somebody who counts for himself, and makes more. */
  refill(taken: number): void {
    this.#fifos.use(taken - 1);
  }

  async launch(order: LaunchOrder): Promise<Launched> {
    this.#launching++;
    try {
      this.#fifos.use(order.pair);
      return await this.#launch(order);
    } finally {
      this.#launching--;
      if (this.#launching === 0) this.#launchesDone?.();
    }
  }

  async #launch(order: LaunchOrder): Promise<Launched> {
    if (this.#closed !== undefined) throw stopped();
    const port = order.port === null ? null : await this.#connect(order, order.port);
    if (this.#closed !== undefined) {
      port?.destroy();
      throw stopped();
    }
    const child = startGuard(this.options.directory, this.options.generation, order, port);
    const { pid } = child;
    if (pid === undefined) {
      const [error] = await once(child, 'error').catch((error: unknown) => [error]);
      throw notStarted(order, error);
    }
    // The child is not collected yet, so this is its own stat even if it has ended.
    const startTicks = readStat(pid)?.startTicks ?? 0;
    const group = new Group(pid, startTicks, child, this.#sessions);
    this.#groups.set(order.spawnId, group);
    child.once('exit', (code, signal) => {
      this.events.exited(order.spawnId, { code, signal });
    });
    return { pid, startTicks };
  }

  async #connect(order: LaunchOrder, token: string) {
    try {
      return await connectPort(this.options.directory, token);
    } catch (error) {
      throw notStarted(order, error);
    }
  }

  signal(spawnId: string, signal: NodeJS.Signals): void {
    const group = this.#groups.get(spawnId);
    setImmediate(() => group?.signal(signal));
  }

  async killGroup(spawnId: string): Promise<GroupEnd | null> {
    const group = this.#groups.get(spawnId);
    if (group === undefined) return null;
    const end = await group.kill();
    this.#groups.delete(spawnId);
    return end;
  }

  sweep(target: SweepTarget): Promise<SweepReport> {
    return this.#sweeper.sweep(target);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(stopped());
    if (this.#launching > 0) {
      await new Promise<void>((resolve) => {
        this.#launchesDone = resolve;
      });
    }
    // Every group first, seen to end; a sweep before that could take a watcher from a group that needs it.
    const groups = [...this.#groups];
    const killed = await Promise.allSettled(groups.map(([spawnId]) => this.killGroup(spawnId)));
    const { runId, generation } = this.options;
    const sessions = groups.flatMap(([, group]) => group.session ?? []);
    await this.sweep({ cookies: [`${runId}.${generation}.`], startTicks: this.#startTicks, sessions });
    await this.#guardian.close();
    this.#sessions.close();
    const failure = killed.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }

  #isLiving(pgid: number): boolean {
    for (const group of this.#groups.values()) if (group.pid === pgid) return group.living;
    return false;
  }

  #take(): Reservation {
    return { generation: this.options.generation, pair: this.#taken++ };
  }

  #stocked(made: number, failure: EspalierError | null): void {
    this.#made = made;
    this.options.onFifos?.(made, failure);
    while (this.#taken < this.#made) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      waiter.resolve(this.#take());
    }
    if (failure) for (const waiter of this.#waiting.splice(0)) waiter.reject(failure);
    else if (this.#waiting.length > 0) this.#fifos.refill();
  }
}

function stopped(): EspalierError {
  return new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
}

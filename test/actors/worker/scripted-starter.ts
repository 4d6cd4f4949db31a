import { Readable } from 'node:stream';
import { expect } from 'vitest';
import type { Cell } from '../../../src/actors/cell/cell.js';
import { Asks } from '../../../src/actors/desk/asks.js';
import { WorkerDesk } from '../../../src/actors/desk/worker-desk.js';
import { startChild } from '../../../src/actors/tree/child.js';
import { BootHistory } from '../../../src/actors/worker/boot-history.js';
import { Leftovers } from '../../../src/actors/worker/leftovers.js';
import { MemoryWatch } from '../../../src/actors/worker/memory-watch.js';
import type { ProcessServices } from '../../../src/actors/worker/process-services.js';
import type { SeatDriver, SeatProcess } from '../../../src/actors/worker/seat-driver.js';
import { workerStarter } from '../../../src/actors/worker/starter.js';
import { ProcessLogs } from '../../../src/host/process-logs.js';
import type { StarterEvent, StarterPolicy } from '../../../src/machines/worker/starter.js';
import type { WorkerEvent, WorkerInput } from '../../../src/machines/worker/worker.js';
import type { SpawnedProcess } from '../../../src/transport/process/contract/spawner.js';
import { Printer } from '../../../src/transport/stderr/printer.js';
import { TestTree } from '../tree/supervisor-tree.js';

const IDENTITY = { bootId: 'boot', pidNamespace: 'pid:[1]', pid: 4_000_000, startTicks: 77 };

/** Services of a tree whose processes are played by the test: whoever wants to spawn one has found a hole. */
export function scriptedServices(tree: TestTree): ProcessServices {
  const { clock } = tree;
  const nothing = () => Promise.resolve();
  return {
    runId: 'run',
    spawner: {
      spawn: () => Promise.reject(new Error('nothing is spawned here')),
      close: nothing,
      [Symbol.asyncDispose]: nothing,
    },
    registry: { intend: nothing, live: nothing, failed: nothing, gone: nothing, suspect: nothing },
    clock,
    hostEnv: {},
    isSecret: () => false,
    pools: new Map(),
    failedPools: new Map(),
    poolSignals: { changed: () => undefined },
    boots: new BootHistory(),
    desk: new WorkerDesk({ tools: [], asks: new Asks(clock), onAsk: undefined, onFault: () => undefined }),
    leftovers: new Leftovers(),
    captures: new Map(),
    logs: new ProcessLogs({
      logs: { append: nothing },
      clock,
      printer: new Printer({ sink: () => () => 'gone', later: () => undefined }),
      stdio: 'ignore',
      onFault: () => undefined,
    }),
    memory: new MemoryWatch(clock, { readResident: () => null, readOomKills: () => 0 }),
    newSpawnId: () => 'spawn',
    journal: tree.env.journal,
    background: () => undefined,
  };
}

/** The seat of a starter, whose workers' processes do what the test says. */
export class ScriptedSeat implements SeatDriver {
  readonly streams = null;
  /** How many workers have been started. */
  workers = 0;
  tell: (event: StarterEvent) => void = () => undefined;
  #toWorker: ((event: WorkerEvent) => void) | undefined;
  readonly #sweeps: { resolve(): void; reject(error: Error): void }[] = [];

  constructor(
    readonly mode: SeatDriver['mode'],
    readonly pool: { offer(): void; withdraw(): void } = { offer: () => undefined, withdraw: () => undefined },
  ) {}

  bind(tell: (event: StarterEvent) => void): void {
    this.tell = tell;
  }

  /** Whether a worker has a process. */
  get isRunning(): boolean {
    return this.#toWorker !== undefined;
  }

  get isSweeping(): boolean {
    return this.#sweeps.length > 0;
  }

  worker(_address: unknown, seatProcess: SeatProcess): WorkerInput {
    this.workers += 1;
    seatProcess.spawned = Promise.resolve(this.#process());
    const perform: WorkerInput['hands']['perform'] = (command, tell) => {
      this.#toWorker = tell;
      if (command === 'spawn') queueMicrotask(() => tell({ type: 'spawned' }));
    };
    return {
      hands: { perform },
      mode: this.mode,
      takesShutdown: false,
      registered: true,
      timeoutMs: null,
      bootMs: 1e9,
      graceMs: 1e9,
    };
  }

  /** A process as far as a sweep looks at it: when its group is gone is up to the test. */
  #process(): SpawnedProcess {
    return {
      spawnId: 'spawn',
      identity: IDENTITY,
      generation: 1,
      stdout: Readable.from([]),
      stderr: Readable.from([]),
      port: null,
      exited: Promise.resolve({ code: 1, signal: null }),
      signal: () => undefined,
      killGroup: () => new Promise((resolve, reject) => this.#sweeps.push({ resolve, reject })),
      sweep: () => Promise.resolve({ clean: true, killed: [], suspects: [] }),
    };
  }

  ready(): void {
    this.#toWorker?.({ type: 'ready' });
  }

  exit(): void {
    const tell = this.#toWorker;
    this.#toWorker = undefined;
    tell?.({ type: 'exited', exit: { code: 1, signal: null } });
  }

  /** Answers who waits for the proof that a process is gone. */
  swept(clean: boolean): void {
    for (const { resolve, reject } of this.#sweeps.splice(0)) {
      if (clean) resolve();
      else reject(new Error('may still run'));
    }
  }

  offer(): void {
    this.pool.offer();
  }

  withdraw(): void {
    this.pool.withdraw();
  }

  ended(): void {}
  stderr(): string {
    return '';
  }
  leave(): void {}
}

/** A starter in its cell whose seat is scripted. */
export class ScriptedStarter {
  readonly #tree = new TestTree();
  readonly #seat: ScriptedSeat;
  #cell: Cell | undefined;
  #asked: Promise<unknown> = Promise.resolve();

  constructor(readonly how: Partial<StarterPolicy> & Pick<StarterPolicy, 'mode'>) {
    this.#seat = new ScriptedSeat(how.mode);
  }

  async boot(): Promise<void> {
    const services = scriptedServices(this.#tree);
    if (this.how.quarantine) {
      services.leftovers.leave(
        '/1',
        Promise.resolve({ clean: false, reason: this.how.quarantine, heldOpen: false }),
        () => Promise.resolve({ clean: false, reason: this.how.quarantine ?? '', heldOpen: false }),
      );
    }
    const starter = workerStarter({
      id: '1',
      role: 'starter',
      awaitsReady: this.how.awaitsReady === true,
      services: () => Promise.resolve(services),
      driver: () => this.#seat,
      onClose: () => undefined,
    });
    const onCell = (cell: Cell) => {
      this.#cell = cell;
    };
    // A starter that awaits its worker has started only when the path says so.
    startChild(this.#tree.env, '/', starter, 1, () => undefined, { onCell }).catch(() => undefined);
    await this.#tree.settle();
  }

  get cell(): Cell {
    if (!this.#cell) throw new Error('the starter has no cell');
    return this.#cell;
  }

  get worker(): Cell | undefined {
    return this.#tree.directory.whereis('/1/worker');
  }

  get workers(): number {
    return this.#seat.workers;
  }

  async tell(event: StarterEvent): Promise<void> {
    this.#seat.tell(event);
    await this.#tree.settle();
  }

  async pass(ms: number): Promise<void> {
    this.#tree.clock.increment(ms);
    await this.#tree.settle();
  }

  async ready(): Promise<void> {
    this.#seat.ready();
    await this.#tree.settle();
  }

  async exit(): Promise<void> {
    this.#seat.exit();
    await this.#tree.settle();
  }

  async sweep(clean: boolean): Promise<void> {
    expect(this.#seat.isSweeping).toBe(true);
    this.#seat.swept(clean);
    await this.#tree.settle();
  }

  async stop(): Promise<void> {
    this.#asked = this.cell.stop('infinity');
    await this.#tree.settle();
  }

  async close(): Promise<void> {
    void this.#asked;
    await this.cell.kill();
    for (let turn = 0; turn < 3; turn += 1) {
      this.#seat.swept(true);
      await this.#tree.settle();
    }
    expect([...this.#tree.directory.cells()]).toEqual([]);
  }
}

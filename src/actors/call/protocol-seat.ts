import { crashKind, taints } from '../../machines/exits/crash-kind.js';
import type { RecycleReason } from '../../machines/worker/recycle.js';
import type { StarterEvent } from '../../machines/worker/starter.js';
import type { WorkerInput } from '../../machines/worker/worker.js';
import type { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';
import type { ReadyMessage } from '../../transport/protocol/messages.js';
import { workerEnvironment } from '../../transport/protocol/port/environment.js';
import type { Roster } from '../pool/work-queue.js';
import type { Program } from '../worker/program.js';
import type { SeatDriver, SeatEnd, SeatProcess, WorkerAddress } from '../worker/seat-driver.js';
import { ProcessHands, recordProcessEnd, recordReady } from '../worker/worker-hands.js';
import type { Tell } from '../worker/worker-plan.js';
import type { BootGate, GatePlace } from './boot-gate.js';
import {
  type ProtocolSeat,
  ProtocolWorker,
  type ProtocolWorkerEvents,
  type ProtocolWorkerOptions,
} from './protocol-worker.js';

/** How long a seat is taken last after its worker's native crash, in milliseconds. */
const TAINT_MS = 60_000;

export interface ProtocolSeatOptions extends ProtocolWorkerOptions {
  readonly id: string;
  readonly program: Program;
  readonly roster: Roster<ProtocolSeat>;
  readonly gate: BootGate;
  readonly graceMs: number;
  readonly bootMs: number;
  onOpen(): void;
  onWithdraw(): void;
  onWorn(reason: RecycleReason): void;
  onReady(message: ReadyMessage): void;
}

/** The seat of a protocol pool: its worker boots, says `ready`, and runs calls until it ends and is replaced. */
export class ProtocolSeatDriver implements SeatDriver {
  readonly mode = 'protocol';
  #spawnId = '';
  #worker: ProtocolWorker | null = null;
  #isOffered = false;
  #taintedUntil = 0;
  #place: GatePlace | null = null;

  constructor(readonly options: ProtocolSeatOptions) {}

  bind(_tell: (event: StarterEvent) => void): void {
    // The worker's own events say all that there is to say.
  }

  worker(address: WorkerAddress, seatProcess: SeatProcess): WorkerInput {
    const { services, program, graceMs, bootMs, gate } = this.options;
    this.#spawnId = services.newSpawnId();
    this.#worker = null;
    const { command, argv0, shownCommand, cwd, env: own } = program.prepare('', 0);
    const env = workerEnvironment(own);
    const plan = {
      spawnId: this.#spawnId,
      jobId: null,
      attempt: null,
      command,
      argv0,
      shownCommand,
      cwd,
      env,
      port: true,
    };
    const hands = new ProcessHands(services, plan, seatProcess, address, {
      isStanding: true,
      turn: () => {
        this.#place = gate.enter();
        return this.#place.taken;
      },
      abandon: () => this.#leaveGate(),
      spawned: (process, tell) => this.#connect(process, address, seatProcess, tell),
      shutdown: () => this.#worker?.shutdown(graceMs),
    });
    return { hands, mode: 'protocol', takesShutdown: true, registered: false, timeoutMs: null, bootMs, graceMs };
  }

  offer(): void {
    const { roster, onOpen } = this.options;
    if (this.#worker?.port.phase !== 'ready') return;
    this.#isOffered = true;
    onOpen();
    roster.offer(this.#worker);
  }

  withdraw(): void {
    this.#leaveGate();
    this.#worker?.stop();
    if (!this.#worker || !this.#isOffered) return;
    this.#isOffered = false;
    this.options.roster.withdraw(this.#worker);
    this.options.onWithdraw();
  }

  ended(seatEnd: SeatEnd): void {
    this.#leaveGate();
    const { cause, exit } = seatEnd.end;
    const { clock } = this.options.services;
    const oomKills = seatEnd.seatProcess.memory?.oomKills ?? 0;
    if (taints(crashKind(exit, { byUs: cause !== 'exited', oomKills }))) this.#taintedUntil = clock.now() + TAINT_MS;
    this.#worker?.close();
    recordProcessEnd(this.options.services, this.#spawnId, seatEnd);
  }

  /** Waited for, so that the last words of a worker are among those that are kept. */
  get streams(): Capture | null {
    return this.#worker?.logs ?? null;
  }

  stderr(): string {
    return this.#worker?.stderr() ?? '';
  }

  leave(): void {
    this.#leaveGate();
    this.#worker?.close();
  }

  #leaveGate(): void {
    this.#place?.leave();
  }

  #connect(process: SpawnedProcess, address: WorkerAddress, seatProcess: SeatProcess, tell: Tell): void {
    const place = this.#place;
    void process.exited.then(() => place?.leave());
    const events: ProtocolWorkerEvents = {
      ready: (worker) => {
        this.#leaveGate();
        recordReady(this.options.services, address, seatProcess);
        if (worker.ready) this.options.onReady(worker.ready);
      },
      closed: () => this.withdraw(),
      room: (worker) => {
        if (this.#worker === worker && this.#isOffered) this.options.roster.offer(worker);
      },
      worn: (reason) => this.options.onWorn(reason),
      tainted: () => this.options.services.clock.now() < this.#taintedUntil,
      oomKills: () => seatProcess.memory?.oomKills ?? 0,
    };
    this.#worker = new ProtocolWorker(this.options.id, address, process, this.options, events, tell);
  }
}

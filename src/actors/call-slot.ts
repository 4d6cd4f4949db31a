import { EspalierError, toErrorRecord } from '../errors.js';
import type { StarterEvent } from '../machines/starter.js';
import type { WorkerInput } from '../machines/worker.js';
import { Capture } from '../transport/process/capture.js';
import { workerEnvironment } from '../transport/process/protocol/environment.js';
import type { ReadyMessage } from '../transport/process/protocol/messages.js';
import { Port } from '../transport/process/protocol/port.js';
import type { SpawnedProcess } from '../transport/process/spawner.js';
import type { ExecProgram } from './exec-program.js';
import { portEvents } from './port-events.js';
import type { ProcessServices } from './process-services.js';
import type { Hold, SlotEnd, SlotKind, WorkerAddress } from './slot-kind.js';
import type { Roster, Slot } from './work-queue.js';
import { ProcessHands, recordProcessEnd, recordReady, type Tell } from './worker-hands.js';

/** How much of a worker's output is kept for those who ask why it ended, in bytes per stream. */
const LOG_TAIL = 4096;

/** A slot of a protocol pool, as the queue sees it: its worker runs calls. */
export interface CallSlot extends Slot {
  readonly port: Port;
  /** Gives one place back. */
  free(): void;
  /** The worker cannot be trusted any more: it is killed. */
  fail(error: EspalierError): void;
}

export interface CallSlotOptions {
  readonly id: string;
  readonly services: ProcessServices;
  readonly program: ExecProgram;
  readonly roster: Roster<CallSlot>;
  readonly graceMs: number;
  readonly bootMs: number;
  /** Handed to each worker in `hello`. */
  readonly config: unknown;
  /** Calls in a worker at once, unless it says that it is concurrent, and calls that wait in it. */
  readonly window: number | null;
  readonly prefetch: number;
  onOpen(): void;
  onWithdraw(): void;
}

/** Calls at once in a worker that says it is concurrent, unless the pool says otherwise. */
const CONCURRENT_WINDOW = 32;

/** The slot of a protocol pool: its worker boots, says `ready`, and runs calls until it ends and is replaced. */
export class CallSlotKind implements SlotKind {
  readonly mode = 'protocol';
  #spawnId = '';
  #slot: CallSlot | null = null;
  #port: Port | null = null;
  #logs = new Capture(LOG_TAIL);

  constructor(readonly options: CallSlotOptions) {}

  bind(_tell: (event: StarterEvent) => void): void {
    // The worker's own events say all that there is to say.
  }

  worker(address: WorkerAddress, hold: Hold): WorkerInput {
    const { services, program, graceMs, bootMs } = this.options;
    this.#spawnId = services.newSpawnId();
    this.#logs = new Capture(LOG_TAIL);
    const { command, cwd, env: own } = program.prepare('', 0);
    const env = workerEnvironment(own);
    const plan = { spawnId: this.#spawnId, jobId: null, attempt: null, command, cwd, env, port: true };
    const hands = new ProcessHands(services, plan, hold, address, {
      spawned: (process, tell) => this.#connect(process, address, hold, tell),
      shutdown: () => this.#port?.shutdown(graceMs),
    });
    return { hands, mode: 'protocol', registered: false, timeoutMs: null, bootMs, graceMs };
  }

  offer(): void {
    const { roster, onOpen } = this.options;
    if (!this.#slot) return;
    onOpen();
    roster.offer(this.#slot);
  }

  withdraw(): void {
    if (!this.#slot) return;
    this.options.roster.withdraw(this.#slot);
    this.#slot = null;
    this.options.onWithdraw();
  }

  ended(slotEnd: SlotEnd): void {
    this.#port?.destroy();
    this.#port = null;
    recordProcessEnd(this.options.services, this.#spawnId, slotEnd);
  }

  /** Waited for, so that the last words of a worker are among those that are kept. */
  get streams(): Capture {
    return this.#logs;
  }

  stderr(): string {
    return new TextDecoder().decode(this.#logs.take().stderr);
  }

  leave(): void {
    this.#port?.destroy();
  }

  #connect(process: SpawnedProcess, address: WorkerAddress, hold: Hold, tell: Tell): void {
    const { services, config } = this.options;
    const { path: worker, incarnation } = address;
    this.#logs.attach(process.stdout, process.stderr);
    const { port: connection } = process;
    if (!connection) throw new EspalierError('ESP_SPAWN', `${worker} was started without a port`);
    const events = portEvents(tell, {
      ready: (message) => {
        recordReady(services, address, hold);
        this.#ready(message, tell);
      },
      ended: () => this.withdraw(),
    });
    this.#port = new Port({ connection, worker, incarnation, config, events, now: () => services.clock.now() });
  }

  #ready({ caps }: ReadyMessage, tell: Tell): void {
    const port = this.#port;
    if (!port) return;
    const { id, roster, window, prefetch } = this.options;
    const places = window ?? (caps.concurrency && caps.concurrency > 1 ? CONCURRENT_WINDOW : 1);
    const slot: CallSlot = {
      id,
      capacity: places + prefetch,
      load: 0,
      lastUsed: 0,
      port,
      free: () => {
        slot.load -= 1;
        if (this.#slot === slot) roster.offer(slot);
      },
      fail: (error) => tell({ type: 'protocol.failed', error: toErrorRecord(error) }),
    };
    this.#slot = slot;
  }
}

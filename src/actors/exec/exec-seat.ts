import { EspalierError } from '../../errors.js';
import type { StarterEvent } from '../../machines/worker/starter.js';
import type { WorkerInput } from '../../machines/worker/worker.js';
import type { Capture } from '../../transport/process/capture.js';
import type { Roster, Seat } from '../pool/work-queue.js';
import type { ProcessServices } from '../worker/process-services.js';
import type { SeatDriver, SeatEnd, SeatProcess, WorkerAddress } from '../worker/seat-driver.js';
import { ProcessHands, recordProcessEnd } from '../worker/worker-hands.js';
import type { Execution } from './execution.js';

/** A seat of an exec pool, as the queue sees it: it runs one execution at a time. */
export interface ExecSeat extends Seat {
  execute(execution: Execution): void;
}

export interface ExecSeatOptions {
  readonly id: string;
  readonly services: ProcessServices;
  readonly roster: Roster<ExecSeat>;
  readonly graceMs: number;
  /** Called once, when the seat can take work. */
  onOpen(): void;
}

/** The seat of an exec pool: each incarnation of its worker is one execution, whose end is a result. */
export class ExecSeatDriver implements SeatDriver {
  readonly mode = 'exec';
  readonly #seat: ExecSeat;
  #execution: Execution | null = null;
  #isOpen = false;
  #tell: (event: StarterEvent) => void = () => undefined;

  constructor(readonly options: ExecSeatOptions) {
    const execute = (execution: Execution) => this.#execute(execution);
    this.#seat = { id: options.id, capacity: 1, load: 0, lastUsed: 0, execute };
  }

  bind(tell: (event: StarterEvent) => void): void {
    this.#tell = tell;
  }

  get streams(): Capture | null {
    return this.#execution?.capture ?? null;
  }

  worker(address: WorkerAddress, seatProcess: SeatProcess): WorkerInput {
    const execution = this.#execution;
    if (!execution) throw new EspalierError('ESP_INVALID', `seat ${address.path} was started without an execution`);
    const { request, capture } = execution;
    const hands = new ProcessHands(this.options.services, request, seatProcess, address, {
      spawned: ({ stdout, stderr }) => capture.attach(stdout, stderr),
    });
    const { registered, timeoutMs } = request;
    const { graceMs } = this.options;
    return { hands, mode: 'exec', takesShutdown: false, registered, timeoutMs, bootMs: 0, graceMs };
  }

  offer(): void {
    this.#seat.load = 0;
    if (!this.#isOpen) this.options.onOpen();
    this.#isOpen = true;
    this.options.roster.offer(this.#seat);
  }

  withdraw(): void {
    this.options.roster.withdraw(this.#seat);
  }

  ended(seatEnd: SeatEnd): void {
    const execution = this.#execution;
    this.#execution = null;
    if (!execution) return;
    const { end, seatProcess, heldOpen, reason } = seatEnd;
    const { startedAt, endedAt } = seatProcess;
    const durationMs = startedAt === null ? 0 : (endedAt ?? startedAt) - startedAt;
    recordProcessEnd(this.options.services, execution.request.spawnId, seatEnd);
    execution.settle({
      type: 'ended',
      end,
      durationMs,
      heldOpen,
      ...(reason === undefined ? {} : { unproven: reason }),
    });
  }

  /** An execution's stderr is its own result. */
  stderr(): string {
    return '';
  }

  leave(reason: Error): void {
    this.#execution?.settle({ type: 'withdrawn', reason });
  }

  #execute(execution: Execution): void {
    this.#execution = execution;
    const { signal } = execution.request;
    const cancel = () => this.#execution === execution && this.#tell({ type: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    void execution.result.then(() => signal?.removeEventListener('abort', cancel));
    this.#tell({ type: 'execute' });
  }
}

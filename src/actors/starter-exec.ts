import { fromCallback } from 'xstate';
import { EspalierError, toErrorRecord } from '../errors.js';
import type { ActorExit } from '../machines/exit.js';
import { STARTER_DEFAULTS, type StarterCommand, type StarterEvent, starterMachine } from '../machines/starter.js';
import { isWorkerEnd, type WorkerEnd } from '../machines/worker.js';
import type { Cell } from './cell.js';
import { childPath, startChild } from './child.js';
import type { Execution } from './execution.js';
import type { ProcessServices } from './process-services.js';
import { type ChildSpec, type StartContext, spec } from './spec.js';
import { type SweepResult, sweepHold } from './sweep.js';
import type { Roster, Slot } from './work-queue.js';
import { emptyHold, execWorker, type Hold } from './worker-exec.js';

/** The last segment of every worker's path. */
const WORKER_ID = 'worker';

/** A slot of an exec pool: the queue begins executions in it. */
export interface ExecSlot extends Slot {
  execute(execution: Execution): void;
}

export interface ExecStarterOptions {
  readonly id: string;
  readonly services: ProcessServices;
  readonly roster: Roster<ExecSlot>;
  readonly graceMs: number;
  /** Called once for each incarnation of the starter, when its slot can take work. */
  onOpen(): void;
  /** Called when the slot closes for good. */
  onClose(error: EspalierError): void;
}

/** The starter of one slot of an exec pool, as a child of the pool's worker supervisor. */
export function execStarter(options: ExecStarterOptions): ChildSpec {
  // The hold outlives a crash of the starter: its next incarnation first proves the leftovers gone.
  const slot = { hold: emptyHold() };
  return spec({
    id: options.id,
    role: 'starter',
    type: 'supervisor',
    start: async (context) => {
      const left = await sweepHold(options.services, slot.hold, null, true);
      if (!left.clean) throw new EspalierError('ESP_QUARANTINED', `slot ${context.path}: ${left.reason}`);
      return new ExecStarter(options, context, slot).logic();
    },
  });
}

/** Brings the starter machine to life for one incarnation of an exec slot. */
class ExecStarter {
  #open = false;
  #execution: Execution | null = null;
  #worker: Promise<Cell | null> = Promise.resolve(null);
  #swept: SweepResult = { clean: true, heldOpen: false };
  #tell: (event: StarterEvent) => void = () => undefined;
  readonly #slot: ExecSlot;

  constructor(
    readonly options: ExecStarterOptions,
    readonly context: StartContext,
    readonly memory: { hold: Hold },
  ) {
    const execute = (execution: Execution) => this.#execute(execution);
    this.#slot = { id: options.id, capacity: 1, load: 0, lastUsed: 0, execute };
  }

  logic() {
    const logic = starterMachine.provide({
      actors: { keeper: fromCallback(() => () => this.#leave()) },
      actions: {
        perform: ({ self }, command) => {
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          this.#perform(command);
        },
      },
    });
    return { logic, input: { ...STARTER_DEFAULTS, mode: 'exec' as const, random: this.context.env.random } };
  }

  #execute(execution: Execution): void {
    this.#execution = execution;
    this.memory.hold = emptyHold();
    const cancel = () => this.#execution === execution && this.#tell({ type: 'cancel' });
    execution.request.signal?.addEventListener('abort', cancel, { once: true });
    void execution.result.then(() => execution.request.signal?.removeEventListener('abort', cancel));
    this.#tell({ type: 'execute' });
  }

  #perform(command: StarterCommand): void {
    switch (command.type) {
      case 'start':
        this.#worker = this.#start(command.incarnation);
        return;
      case 'stop':
        void this.#worker.then((worker) => worker?.stop('infinity'));
        return;
      case 'sweep':
        return void this.#sweep(command.incarnation, command.thorough);
      case 'deliver':
        return this.#deliver(command.end);
      case 'offer':
        return this.#offer();
      case 'withdraw':
        return this.options.roster.withdraw(this.#slot);
      case 'close':
        return this.#close(command.reason);
      default:
        command satisfies never;
    }
  }

  /** Resolves with the worker's cell, which may be stopped before it has started; null if it never came to be. */
  async #start(incarnation: number): Promise<Cell | null> {
    const execution = this.#execution;
    if (!execution) return null;
    const { services, graceMs } = this.options;
    const { env, path } = this.context;
    const address = { path: childPath(path, WORKER_ID), incarnation };
    const start = () => execWorker(services, execution, this.memory.hold, address, graceMs);
    const worker = spec({ id: WORKER_ID, role: 'worker', restart: 'temporary', shutdown: 'infinity', start });
    return new Promise((resolve) => {
      let made = false;
      const onCell = (cell: Cell) => {
        made = true;
        void cell.exited.then((exit) => this.#tell({ type: 'worker.exited', incarnation, end: endOf(cell, exit) }));
        resolve(cell);
      };
      startChild(env, path, worker, incarnation, () => undefined, { onCell }).catch((error) => {
        // Once there is a cell its exit tells; before, nothing else will.
        if (made) return;
        this.#tell({ type: 'worker.exited', incarnation, end: neverStarted(error) });
        resolve(null);
      });
    });
  }

  async #sweep(incarnation: number, thorough: boolean): Promise<void> {
    try {
      this.#swept = await sweepHold(this.options.services, this.memory.hold, this.#execution, thorough);
    } catch (error) {
      this.#swept = { clean: false, heldOpen: false, reason: toErrorRecord(error).message };
    }
    const { clean, reason } = this.#swept;
    this.#tell({ type: 'swept', incarnation, clean, ...(reason === undefined ? {} : { reason }) });
  }

  #offer(): void {
    this.#slot.load = 0;
    if (!this.#open) this.options.onOpen();
    this.#open = true;
    this.options.roster.offer(this.#slot);
  }

  #deliver(end: WorkerEnd): void {
    const execution = this.#execution;
    this.#execution = null;
    if (!execution) return;
    const { startedAt, endedAt } = this.memory.hold;
    const durationMs = startedAt === null ? 0 : (endedAt ?? startedAt) - startedAt;
    const { heldOpen, reason: unproven } = this.#swept;
    // The end of a claimed attempt is recorded with the attempt itself, in one transaction.
    if (!execution.request.registered) this.#recordEnd(execution.request.spawnId, end);
    execution.settle({ type: 'ended', end, durationMs, heldOpen, ...(unproven === undefined ? {} : { unproven }) });
  }

  /** Whatever way the starter ended: its slot takes no more work, and its worker does not outlive it. */
  #leave(): void {
    this.options.roster.withdraw(this.#slot);
    void this.#worker.then((worker) => worker?.kill());
    const reason = new EspalierError('ESP_STOPPED', `slot ${this.context.path} has stopped`);
    this.#execution?.settle({ type: 'withdrawn', reason });
  }

  #recordEnd(spawnId: string, end: WorkerEnd): void {
    const { registry, background } = this.options.services;
    if (!this.#swept.clean) background(registry.suspect(spawnId, this.#swept.reason ?? 'not proven gone'));
    else if (end.cause === 'spawn_failed' && end.error) background(registry.failed(spawnId, end.error));
    else background(registry.gone(spawnId, end.exit));
  }

  #close(reason: string): void {
    const { path } = this.context;
    this.context.env.journal({ type: 'slot.quarantined', path, data: { reason } });
    this.options.onClose(new EspalierError('ESP_QUARANTINED', `slot ${path} stays closed: ${reason}`));
  }
}

/** What the worker machine put out; when its actor was killed or crashed, nobody saw the end of the process. */
function endOf(cell: Cell, exit: ActorExit): WorkerEnd {
  const { output } = cell.getSnapshot();
  if (isWorkerEnd(output)) return output;
  const error = exit.kind === 'crash' ? { error: toErrorRecord(exit.error) } : {};
  return { cause: exit.kind === 'crash' ? 'exited' : 'stopped', exit: null, served: false, ...error };
}

function neverStarted(error: unknown): WorkerEnd {
  return { cause: 'spawn_failed', exit: null, served: false, error: toErrorRecord(error) };
}

import { fromCallback } from 'xstate';
import { EspalierError, toErrorRecord } from '../../errors.js';
import type { ActorExit } from '../../machines/exits/exit.js';
import { workerExit } from '../../machines/exits/worker-exit.js';
import { tellingLines } from '../../machines/text/last-words.js';
import {
  STARTER_DEFAULTS,
  type StarterCommand,
  type StarterEvent,
  starterMachine,
} from '../../machines/worker/starter.js';
import { isWorkerEnd, type WorkerEnd, workerMachine } from '../../machines/worker/worker.js';
import type { Cell } from '../cell/cell.js';
import { own } from '../cell/outside-events.js';
import { childPath, startChild } from '../tree/child.js';
import type { ChildOptions, ChildSpec, StartContext } from '../tree/child-spec.js';
import type { TreeEnvironment } from '../tree/environment.js';
import { spec } from '../tree/spec.js';
import type { ProcessServices } from './process-services.js';
import { proveGone } from './prove-gone.js';
import {
  newSeatProcess,
  type ProofOfEnd,
  type SeatDriver,
  type SeatProcess,
  WORKER_ID,
  type WorkerAddress,
} from './seat-driver.js';
import { isUnasked, lastWords, workerCrash } from './worker-crash.js';

export interface StarterOptions {
  readonly id: string;
  readonly role: 'starter' | 'service';
  /** What its supervisor makes of its ends; OTP's defaults without it. */
  readonly policy?: Pick<ChildOptions, 'restart' | 'significant' | 'backoff'>;
  /** Whether it has started only when its first worker is ready. */
  readonly awaitsReady: boolean;
  services(env: TreeEnvironment): Promise<ProcessServices>;
  /** The driver of the seat, made anew for each incarnation of the starter. */
  driver(services: ProcessServices): SeatDriver;
  /** Called when the seat closes for good. */
  onClose(error: EspalierError): void;
}

/** The starter of one seat, as a child of its pool's worker supervisor. */
export function workerStarter(options: StarterOptions): ChildSpec {
  return spec({
    ...options.policy,
    id: options.id,
    role: options.role,
    type: 'supervisor',
    start: async (context) => {
      const services = await options.services(context.env);
      const left = await services.leftovers.cleared(context.path);
      return new Starter(options, services, context).logic(left.reason ?? null);
    },
  });
}

/** Brings the starter machine to life for one incarnation. */
class Starter {
  readonly #driver: SeatDriver;
  /** Of each of its workers: checked once, for an exec pool starts one for every execution. */
  readonly #workerSpec: ChildSpec;
  #worker: Promise<Cell | null> = Promise.resolve(null);
  #seatProcess: SeatProcess = newSeatProcess();
  /** Whether an incarnation has begun whose end was not delivered. */
  #isOpen = false;
  #proof: ProofOfEnd = { clean: true, heldOpen: false };
  /** What the last incarnation wrote to standard error last. */
  #stderr = '';
  /** The worker's, not the starter's own. */
  #incarnation = 0;
  #tell: (event: StarterEvent) => void = () => undefined;
  readonly #capture = () => this.#driver.streams;

  constructor(
    readonly options: StarterOptions,
    readonly services: ProcessServices,
    readonly context: StartContext,
  ) {
    this.#driver = options.driver(services);
    this.#driver.bind((event) => this.#tell(event));
    const start = () => ({ logic: own(workerMachine), input: this.#driver.worker(this.#address, this.#seatProcess) });
    const exitOf = (exit: ActorExit, output: unknown) =>
      isWorkerEnd(output) ? workerExit(exit, output, this.#driver.mode, lastWords(this.#driver.stderr())) : exit;
    const policy = spec({ id: WORKER_ID, role: 'worker', restart: 'temporary', shutdown: 'infinity', start });
    this.#workerSpec = { ...policy, exitOf };
    services.captures.set(this.#workerPath, this.#capture);
  }

  get #workerPath(): string {
    return childPath(this.context.path, WORKER_ID);
  }

  get #address(): WorkerAddress {
    return { path: this.#workerPath, incarnation: this.#incarnation };
  }

  /** @param quarantine why what the last starter left could not be proven gone, if it could not */
  logic(quarantine: string | null) {
    const { env, path, incarnation } = this.context;
    const { boots } = this.services;
    const { mode } = this.#driver;
    const { awaitsReady } = this.options;
    const logic = starterMachine.provide({
      actors: { keeper: fromCallback(() => () => this.#leave()) },
      actions: {
        perform: ({ self, context: { failures, failedBoots } }, command) => {
          this.#tell = (event) => self.getSnapshot().status === 'active' && self.send(event);
          if (command.type === 'deliver' && mode === 'protocol') boots.note(path, { failures, failedBoots });
          this.#perform(command);
        },
      },
    });
    const random = () => env.random();
    // Also under a new starter: whoever hears of a worker tells it by this from those before it.
    const lastWorker = env.directory.lastIncarnation(childPath(path, WORKER_ID));
    // A service that is specified anew is another one; a pool forgets its seats itself.
    const past = awaitsReady && incarnation === 1 ? undefined : boots.of(path);
    const input = { ...STARTER_DEFAULTS, mode, awaitsReady, random, lastWorker, quarantine, ...(past && { past }) };
    return { logic: own(logic), input };
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
        return this.#driver.offer();
      case 'withdraw':
        return this.#driver.withdraw();
      case 'close':
        return this.#close(command);
      default:
        command satisfies never;
    }
  }

  /** Resolves with the worker's cell, which may be stopped before it has started; null if it never came to be. */
  #start(incarnation: number): Promise<Cell | null> {
    const { env, path } = this.context;
    this.#incarnation = incarnation;
    this.#isOpen = true;
    this.#seatProcess = newSeatProcess();
    return new Promise((resolve) => {
      let made = false;
      const onCell = (cell: Cell) => {
        made = true;
        void cell.exited.then((exit) => this.#tell({ type: 'worker.exited', incarnation, end: endOf(cell, exit) }));
        resolve(cell);
      };
      startChild(env, path, this.#workerSpec, incarnation, () => undefined, { onCell }).then(
        // One that gave up its boot is past it as well; its exit follows.
        (started) => {
          if (started !== 'ignore' && isServing(started.cell)) this.#tell({ type: 'worker.started', incarnation });
        },
        (error) => {
          // Once there is a cell its exit tells; before, nothing else will.
          if (made) return;
          this.#tell({ type: 'worker.exited', incarnation, end: neverStarted(error) });
          resolve(null);
        },
      );
    });
  }

  #deliver(end: WorkerEnd): void {
    this.#isOpen = false;
    this.#stderr = this.#driver.stderr();
    this.#journalCrash(end);
    this.#driver.ended({ ...this.#proof, end, seatProcess: this.#seatProcess });
    if (this.#proof.clean) this.#seatProcess = newSeatProcess();
  }

  /** Ends that were asked for, and the results of executions, tell themselves. */
  #journalCrash(end: WorkerEnd): void {
    const { env } = this.context;
    const { identity } = this.#seatProcess;
    if (!identity || !isUnasked(end, this.#driver.mode)) return;
    const { ctx } = identity;
    const about = { ...this.#address, ...(ctx ? { ctx } : {}) };
    env.journal({
      type: 'worker.crashed',
      ...about,
      data: workerCrash(end, identity, this.#seatProcess.memory, this.#stderr),
    });
  }

  async #sweep(incarnation: number, thorough: boolean): Promise<void> {
    this.#proof = await this.#prove(thorough);
    const { clean, reason } = this.#proof;
    this.#tell({ type: 'swept', incarnation, ...(clean ? { clean } : { clean, reason }) });
  }

  async #prove(thorough: boolean): Promise<ProofOfEnd> {
    try {
      return await proveGone(this.services, this.#seatProcess, this.#driver.streams, thorough);
    } catch (error) {
      return { clean: false, heldOpen: false, reason: toErrorRecord(error).message };
    }
  }

  #close({ why, reason, boots }: Extract<StarterCommand, { type: 'close' }>): void {
    const { path, incarnation, env } = this.context;
    if (why === 'quarantine') {
      env.journal({ type: 'seat.quarantined', path, incarnation, data: { reason } });
      return this.options.onClose(new EspalierError('ESP_QUARANTINED', `seat ${path} stays closed: ${reason}`));
    }
    const stderr = this.#stderr;
    // Started anew, it tries at once, but no more than once: it has had its series.
    this.services.boots.note(path, { failures: 0, failedBoots: boots });
    const error = bootError(path, boots, reason, stderr);
    env.journal({ type: 'worker.failed', path, incarnation, data: { error: toErrorRecord(error), boots, stderr } });
    this.options.onClose(error);
  }

  /** Whatever way the starter ended: its seat takes no more work, and its worker does not outlive it. */
  #leave(): void {
    const { captures } = this.services;
    if (captures.get(this.#workerPath) === this.#capture) captures.delete(this.#workerPath);
    this.#driver.withdraw();
    void this.#worker.then((worker) => worker?.kill());
    if (!this.#isOpen && this.#seatProcess.spawned === null) return this.#driver.leave(this.#reason());
    this.services.leftovers.leave(this.context.path, this.#clear(), () => this.#prove(true));
  }

  /** What it ran may run elsewhere once its end is told, so its process is gone before. */
  async #clear(): Promise<ProofOfEnd> {
    this.#proof = await this.#prove(true);
    const process = await this.#seatProcess.spawned;
    const exit = process && this.#proof.clean ? await process.exited : null;
    if (this.#isOpen) this.#deliver({ cause: 'stopped', exit, served: process !== null });
    this.#driver.leave(this.#reason());
    return this.#proof;
  }

  #reason(): EspalierError {
    return new EspalierError('ESP_STOPPED', `seat ${this.context.path} has stopped`);
  }
}

/** The error of a seat whose boots have failed, with its worker's last words. */
function bootError(path: string, boots: number, reason: string, stderr: string): EspalierError {
  const what = boots === 1 ? 'its boot failed' : `${boots} boots failed in a row, the last so`;
  const [first, ...more] = tellingLines(stderr);
  const lines = more.length === 0 ? ` ${first}` : [first, ...more].map((line) => `\n  ${line}`).join('');
  const words = first === undefined ? '' : `; its last words:${lines}`;
  return new EspalierError('ESP_WORKER_BOOT', `${path}: ${what}: ${reason}${words}`, {
    context: { path, boots, stderr },
  });
}

/** What the worker machine put out; when its actor was killed or crashed, nobody saw the end of the process. */
function endOf(cell: Cell, exit: ActorExit): WorkerEnd {
  const snapshot = cell.getSnapshot();
  if (snapshot.status === 'done' && isWorkerEnd(snapshot.output)) return snapshot.output;
  const error = exit.kind === 'crash' ? { error: toErrorRecord(exit.error) } : {};
  return { cause: exit.kind === 'crash' ? 'exited' : 'stopped', exit: null, served: false, ...error };
}

function isServing(cell: Cell): boolean {
  const snapshot = cell.getSnapshot();
  return 'value' in snapshot && snapshot.value === 'running';
}

function neverStarted(error: unknown): WorkerEnd {
  return { cause: 'spawn_failed', exit: null, served: false, error: toErrorRecord(error) };
}

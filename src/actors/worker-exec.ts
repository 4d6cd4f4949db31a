import { toErrorRecord } from '../errors.js';
import {
  type WorkerCommand,
  type WorkerEvent,
  type WorkerHands,
  type WorkerInput,
  workerMachine,
} from '../machines/worker.js';
import type { SpawnedProcess } from '../transport/process/spawner.js';
import type { Execution } from './execution.js';
import type { ProcessServices } from './process-services.js';

/** What a slot remembers of its incarnation's process, also when the worker that owned it has crashed. */
export interface Hold {
  /** Settles when the spawn's outcome is known; null when nothing runs. Never rejects. */
  spawned: Promise<SpawnedProcess | null> | null;
  /** Milliseconds of the injected clock; null before. */
  startedAt: number | null;
  endedAt: number | null;
}

export const emptyHold = (): Hold => ({ spawned: null, startedAt: null, endedAt: null });

/** Where the worker lives, for its registration and for `ps`. */
export interface WorkerAddress {
  readonly path: string;
  readonly incarnation: number;
}

/** How long a program may take to end after SIGTERM, in milliseconds, unless its pool says otherwise. */
export const DEFAULT_GRACE_MS = 5000;

/** The worker of an exec pool: one execution, one process, whose end is the result. */
export function execWorker(
  services: ProcessServices,
  execution: Execution,
  hold: Hold,
  address: WorkerAddress,
  graceMs: number,
): { readonly logic: typeof workerMachine; readonly input: WorkerInput } {
  const { registered, timeoutMs } = execution.request;
  const hands = new ExecHands(services, execution, hold, address);
  return { logic: workerMachine, input: { hands, mode: 'exec', registered, timeoutMs, bootMs: 0, graceMs } };
}

type Tell = (event: WorkerEvent) => void;

/** Does what the worker machine of one execution asks for. */
class ExecHands implements WorkerHands {
  constructor(
    readonly services: ProcessServices,
    readonly execution: Execution,
    readonly hold: Hold,
    readonly address: WorkerAddress,
  ) {}

  perform(command: WorkerCommand, tell: Tell): void {
    switch (command) {
      case 'register':
        return this.#register(tell);
      case 'spawn':
        return this.#spawn(tell);
      case 'shutdown':
      case 'terminate':
        return this.#onProcess((process) => process.signal('SIGTERM'));
      case 'kill':
        return this.#onProcess((process) => this.services.background(process.killGroup()));
      default:
        command satisfies never;
    }
  }

  #register(tell: Tell): void {
    const { runId, registry } = this.services;
    const { spawnId, jobId, attempt, command } = this.execution.request;
    registry.intend({ spawnId, runId, ...this.address, jobId, attempt, command }).then(
      () => tell({ type: 'registered' }),
      (error) => tell({ type: 'register.failed', error: toErrorRecord(error) }),
    );
  }

  #spawn(tell: Tell): void {
    const { spawnId, command, cwd, env, stdin } = this.execution.request;
    const label = `${this.services.runId}:${this.address.path}`;
    this.hold.spawned = this.services.spawner.spawn({ spawnId, label, command, cwd, env, stdin }).then(
      (process) => {
        this.#spawned(process, tell);
        return process;
      },
      (error) => {
        tell({ type: 'spawn.failed', error: toErrorRecord(error) });
        return null;
      },
    );
  }

  #spawned(process: SpawnedProcess, tell: Tell): void {
    const { clock, registry, background } = this.services;
    const { identity, generation, spawnId } = process;
    this.hold.startedAt = clock.now();
    this.execution.capture.attach(process.stdout, process.stderr);
    background(registry.live(spawnId, { identity, generation }));
    void process.exited.then((exit) => {
      this.hold.endedAt = clock.now();
      tell({ type: 'exited', exit });
    });
    tell({ type: 'spawned' });
  }

  #onProcess(act: (process: SpawnedProcess) => void): void {
    void this.hold.spawned?.then((process) => process && act(process));
  }
}

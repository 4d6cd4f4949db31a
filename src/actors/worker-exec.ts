import { toErrorRecord } from '../errors.js';
import { type WorkerCommand, type WorkerEvent, workerMachine } from '../machines/worker.js';
import type { SpawnedProcess } from '../transport/process/spawner.js';
import type { ProcessServices } from './process-services.js';
import type { Execution } from './execution.js';

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
) {
  const { request } = execution;
  type Tell = (event: WorkerEvent) => void;

  const register = (tell: Tell): void => {
    const { spawnId, jobId, attempt, command } = request;
    services.registry
      .intend({ spawnId, runId: services.runId, ...address, jobId, attempt, command })
      .then(
        () => tell({ type: 'registered' }),
        (error) => tell({ type: 'register.failed', error: toErrorRecord(error) }),
      );
  };

  const spawn = (tell: Tell): void => {
    const { spawnId, command, cwd, env, stdin } = request;
    const label = `${services.runId}:${address.path}`;
    hold.spawned = services.spawner.spawn({ spawnId, label, command, cwd, env, stdin }).then(
      (process) => {
        onSpawned(process, tell);
        return process;
      },
      (error) => {
        tell({ type: 'spawn.failed', error: toErrorRecord(error) });
        return null;
      },
    );
  };

  const onSpawned = (process: SpawnedProcess, tell: Tell): void => {
    hold.startedAt = services.clock.now();
    execution.capture.attach(process.stdout, process.stderr);
    const { identity, generation } = process;
    services.background(services.registry.live(request.spawnId, { identity, generation }));
    process.exited.then((exit) => {
      hold.endedAt = services.clock.now();
      tell({ type: 'exited', exit });
    });
    tell({ type: 'spawned' });
  };

  const onProcess = (act: (process: SpawnedProcess) => void): void => {
    hold.spawned?.then((process) => process && act(process));
  };

  const perform = (command: WorkerCommand, tell: Tell): void => {
    switch (command) {
      case 'register':
        return register(tell);
      case 'spawn':
        return spawn(tell);
      case 'shutdown':
      case 'terminate':
        return onProcess((process) => process.signal('SIGTERM'));
      case 'kill':
        return onProcess((process) => void process.killGroup());
      default:
        command satisfies never;
    }
  };

  const logic = workerMachine.provide({
    actions: {
      perform: ({ self }, command) =>
        perform(command, (event) => {
          // An answer that comes after the worker's end has no reader: the starter's sweep looks at the process itself.
          if (self.getSnapshot().status === 'active') self.send(event);
        }),
    },
  });
  const { registered, timeoutMs } = request;
  return { logic, input: { mode: 'exec', registered, timeoutMs, bootMs: 0, graceMs } as const };
}

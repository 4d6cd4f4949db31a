import { setImmediate as immediate } from 'node:timers/promises';
import { isEspalierError, toErrorRecord } from '../../errors.js';
import type { EventContext } from '../../machines/events.js';
import { maybeOom } from '../../machines/exits/crash-kind.js';
import { jobContext } from '../../machines/ids/job-id.js';
import { registeredCommand } from '../../machines/process/process.js';
import type { WorkerCommand, WorkerEvent, WorkerHands } from '../../machines/worker/worker.js';
import { ASK_AGAIN_MS, isRefusal } from '../../store-refusal.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';
import type { ProcessServices, Registry } from './process-services.js';
import type { SeatEnd, SeatProcess, WorkerAddress } from './seat-driver.js';
import type { Tell, WorkerPlan } from './worker-plan.js';

/** How long a program may take to end after SIGTERM, in milliseconds, unless its pool says otherwise. */
export const DEFAULT_GRACE_MS = 5000;

/** What a kind of worker does with its process. */
export interface WorkerHooks {
  /** Whether it stands until it is stopped, so that nobody waits for this one's end: it is registered when that can be. */
  readonly isStanding?: boolean;
  /** Resolves when it may be spawned; without it at once. */
  turn?(): Promise<void>;
  /** It is not wanted any more: if it still waits for its turn, that fails. */
  abandon?(): void;
  /** The process runs: read its streams, speak to its port. */
  spawned(process: SpawnedProcess, tell: Tell): void;
  /** Tells it to leave, where it takes that. */
  shutdown?(): void;
}

/** Does what the worker machine asks for: registers, spawns, signals and kills one process. */
export class ProcessHands implements WorkerHands {
  readonly #abandoned = new AbortController();

  constructor(
    readonly services: ProcessServices,
    readonly plan: WorkerPlan,
    readonly seatProcess: SeatProcess,
    readonly address: WorkerAddress,
    readonly hooks: WorkerHooks,
  ) {
    seatProcess.identity = { spawnId: plan.spawnId, pid: null, ctx: contextOf(plan) };
  }

  perform(command: WorkerCommand, tell: Tell): void {
    switch (command) {
      case 'register':
        return this.#register(tell);
      case 'spawn':
        return this.#spawn(tell);
      case 'abandon':
        this.#abandoned.abort();
        return this.hooks.abandon?.();
      case 'shutdown':
        return this.#onProcess(() => this.hooks.shutdown?.());
      case 'terminate':
        return this.#onProcess((process) => process.signal('SIGTERM'));
      case 'kill':
        return this.#onProcess((process) => void process.killGroup().catch((error) => tell(killFailed(error))));
      default:
        command satisfies never;
    }
  }

  #register(tell: Tell): void {
    const { runId, registry } = this.services;
    const { spawnId } = this.plan;
    const command = registeredCommand(this.plan.shownCommand);
    this.seatProcess.registration = 'asked';
    registry.intend({ spawnId, runId, ...this.address, command }).then(
      () => {
        this.seatProcess.registration = 'kept';
        tell({ type: 'registered' });
      },
      (error) => {
        if (this.hooks.isStanding && isRefusal(error)) return this.#registerLater(tell);
        this.seatProcess.registration = 'refused';
        tell({ type: 'register.failed', error: toErrorRecord(error) });
      },
    );
  }

  /** A program that is to stand is no worse because a disk is full: that is no failed boot. */
  #registerLater(tell: Tell): void {
    this.seatProcess.registration = 'waiting';
    // Its end may be recorded meanwhile.
    const again = () => this.seatProcess.registration === 'waiting' && this.#register(tell);
    this.seatProcess.nextTry = this.services.clock.setTimeout(again, ASK_AGAIN_MS);
  }

  #spawn(tell: Tell): void {
    const { spawnId, command, argv0, cwd, env, own, stdin, port } = this.plan;
    const label = `${this.services.runId}:${this.address.path}`;
    const { signal } = this.#abandoned;
    const request = { spawnId, label, command, argv0, cwd, env, own, stdin, port, signal };
    const spawn = () => this.services.spawner.spawn(request);
    const spawning = this.hooks.turn ? this.hooks.turn().then(spawn) : spawn();
    this.seatProcess.spawned = spawning.then(
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
    const { clock, registry, background, memory } = this.services;
    const { identity, generation, spawnId } = process;
    const { pid } = identity;
    this.seatProcess.startedAt = clock.now();
    this.seatProcess.identity = { spawnId, pid, ctx: contextOf(this.plan) };
    memory.watch(pid);
    const worker = { ...this.address, command: registeredCommand(this.plan.shownCommand) };
    background(registry.live(spawnId, { identity, generation, worker }));
    void process.exited.then(async (exit) => {
      this.seatProcess.endedAt = clock.now();
      if (maybeOom(exit)) this.seatProcess.memory = memory.take(pid);
      else memory.forget(pid);
      // Those of an execution are its result, which is read to its end.
      if (this.hooks.isStanding) await lastWordsRead();
      tell({ type: 'exited', exit });
    });
    tell({ type: 'spawned' });
    this.hooks.spawned(process, tell);
  }

  #onProcess(act: (process: SpawnedProcess) => void): void {
    void this.seatProcess.spawned?.then((process) => process && act(process));
  }
}

/**
 * Resolves when the loop has looked at every stream once more: what an ended process wrote is in its pipes when its end is
 * known, and no pipe holds more than one look reads.
 */
async function lastWordsRead(): Promise<void> {
  await immediate();
  await immediate();
}

function killFailed(error: unknown): WorkerEvent {
  return { type: 'kill.failed', error: toErrorRecord(error) };
}

function contextOf({ jobId, attempt }: WorkerPlan): EventContext | undefined {
  if (jobId === null) return undefined;
  return jobContext(jobId, attempt);
}

/** Journals that a worker which stays can be used, and how long that took. */
export function recordReady(
  { clock, journal }: ProcessServices,
  address: WorkerAddress,
  seatProcess: SeatProcess,
): void {
  const { identity, startedAt } = seatProcess;
  if (!identity || identity.pid === null || startedAt === null) return;
  journal({ type: 'worker.ready', ...address, data: { pid: identity.pid, bootMs: clock.now() - startedAt } });
}

/**
 * Records the end of a process that its worker registered. (The end of a claimed attempt's process is recorded with the
 * attempt.) The registration may still be on its way: writes keep their order.
 */
export function recordProcessEnd(services: ProcessServices, spawnId: string, seatEnd: SeatEnd): void {
  const { seatProcess } = seatEnd;
  switch (seatProcess.registration) {
    case 'none':
    case 'refused':
      return;
    case 'waiting':
      services.clock.clearTimeout(seatProcess.nextTry);
      seatProcess.registration = 'refused';
      return;
    case 'kept':
      return services.background(writeEnd(services.registry, spawnId, seatEnd));
    case 'asked':
      return services.background(writeEnd(services.registry, spawnId, seatEnd).catch(unlessRefused));
    default:
      seatProcess.registration satisfies never;
  }
}

function writeEnd(registry: Registry, spawnId: string, { end, clean, reason }: SeatEnd): Promise<void> {
  if (!clean) return registry.suspect(spawnId, reason);
  if (end.cause === 'spawn_failed' && end.error) return registry.failed(spawnId, end.error);
  return registry.gone(spawnId, end.exit);
}

/** A registration that was refused after all has no end to be recorded. */
function unlessRefused(error: unknown): void {
  if (!isEspalierError(error) || error.code !== 'ESP_NOT_FOUND') throw error;
}

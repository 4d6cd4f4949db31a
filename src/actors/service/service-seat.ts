import type { Clock } from '../../clock.js';
import { EspalierError, toErrorRecord } from '../../errors.js';
import type { WorkerInput } from '../../machines/worker/worker.js';
import { TimeLimit } from '../../time-limit.js';
import { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';
import { WORKER_FD, WORKER_FD_VARIABLE } from '../../transport/protocol/limits.js';
import type { ProcessServices } from '../worker/process-services.js';
import type { Program } from '../worker/program.js';
import type { SeatDriver, SeatEnd, SeatProcess, WorkerAddress } from '../worker/seat-driver.js';
import type { Stdio } from '../worker/stdio.js';
import { ProcessHands, recordProcessEnd, recordReady } from '../worker/worker-hands.js';
import type { Tell } from '../worker/worker-plan.js';
import { accepts, type Readiness, watchReadiness } from './service-probe.js';

/** How a service is asked whether it is well. */
export interface HealthCheck {
  /** True when it is; a throw, a rejection or no answer within `timeoutMs` counts as false. A number is a TCP port. */
  readonly check: number | (() => boolean | Promise<boolean>);
  /** Between two checks, in milliseconds (10 000). */
  readonly everyMs?: number;
  /** How long an answer may take, in milliseconds (1000). */
  readonly timeoutMs?: number;
  /** So many failed checks in a row end the process, which is then replaced (3). */
  readonly failures?: number;
}

export interface ServiceSeatOptions {
  readonly services: ProcessServices;
  readonly program: Program;
  readonly graceMs: number;
  readonly readyMs: number;
  readonly ready: Readiness | undefined;
  readonly health: HealthCheck | undefined;
  readonly stdio: Stdio | undefined;
}

/** How much of its output is kept, in bytes per stream. */
const LOG_TAIL = 16 * 1024;

/** The one seat of a service: a bare program that is watched, and replaced when it ends. */
export class ServiceSeatDriver implements SeatDriver {
  readonly mode = 'protocol';
  #spawnId = '';
  #logs = new Capture(LOG_TAIL);
  #end: () => void = () => undefined;

  constructor(readonly options: ServiceSeatOptions) {}

  bind(): void {
    // The process's own events say all that there is to say.
  }

  worker(address: WorkerAddress, seatProcess: SeatProcess): WorkerInput {
    const { services, program, graceMs, readyMs, ready } = this.options;
    const notifies = ready !== undefined && 'notify' in ready;
    this.#spawnId = services.newSpawnId();
    this.#logs = new Capture(LOG_TAIL);
    const env = notifies ? { [WORKER_FD_VARIABLE]: String(WORKER_FD) } : {};
    const plan = { spawnId: this.#spawnId, jobId: null, attempt: null, port: notifies };
    const hands = new ProcessHands(services, { ...plan, ...program.prepare('', 0, { env }) }, seatProcess, address, {
      isStanding: true,
      spawned: (process, tell) => this.#watch(process, address, seatProcess, tell),
    });
    return {
      hands,
      mode: 'protocol',
      takesShutdown: false,
      registered: false,
      timeoutMs: null,
      bootMs: readyMs,
      graceMs,
    };
  }

  offer(): void {
    // Nothing is queued for a service: it is used by its own port.
  }

  withdraw(): void {
    this.#end();
  }

  ended(seatEnd: SeatEnd): void {
    this.#end();
    recordProcessEnd(this.options.services, this.#spawnId, seatEnd);
  }

  /** Waited for, so that the last words of a worker are among those that are kept. */
  get streams(): Capture {
    return this.#logs;
  }

  stderr(): string {
    return this.#logs.peekStderr();
  }

  leave(): void {
    this.#end();
  }

  #watch(process: SpawnedProcess, address: WorkerAddress, seatProcess: SeatProcess, tell: Tell): void {
    const { services, ready, stdio } = this.options;
    services.logs.follow(address, process, stdio);
    this.#logs.attach(process.stdout, process.stderr);
    let stopHealth: () => void = () => undefined;
    const stopReadiness = watchReadiness(ready, process, services.clock, () => {
      recordReady(services, address, seatProcess);
      tell({ type: 'ready' });
      stopHealth = this.#watchHealth(tell);
    });
    this.#end = () => {
      stopReadiness();
      stopHealth();
    };
  }

  /** Checks until it is stopped; after too many failures in a row the process is ended. */
  #watchHealth(tell: Tell): () => void {
    const { health, services } = this.options;
    if (!health) return () => undefined;
    const { everyMs = 10_000, failures = 3 } = health;
    let failed = 0;
    const over = new AbortController();
    let timer: unknown;
    const next = () => {
      timer = services.clock.setTimeout(() => void once(), everyMs);
    };
    const once = async () => {
      failed = (await isWell(health, services.clock, over.signal)) ? 0 : failed + 1;
      if (over.signal.aborted) return;
      if (failed < failures) return next();
      const error = new EspalierError('ESP_TIMEOUT', `${failed} health checks in a row failed`);
      tell({ type: 'protocol.failed', error: toErrorRecord(error) });
    };
    next();
    return () => {
      over.abort();
      services.clock.clearTimeout(timer);
    };
  }
}

/** @param over fires when nobody asks any more */
async function isWell({ check, timeoutMs = 1000 }: HealthCheck, clock: Clock, over: AbortSignal): Promise<boolean> {
  const limit = new TimeLimit(clock, timeoutMs, over);
  const { signal } = limit;
  const late = new Promise<boolean>((resolve) => {
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  try {
    const answer = typeof check === 'number' ? accepts(check, { timeoutMs, signal }) : check();
    return await Promise.race([answer, late]);
  } catch {
    // A check that throws is a check that failed.
    return false;
  } finally {
    limit.end();
  }
}

import { EspalierError, toErrorRecord } from '../../errors.js';
import { crashKind } from '../../machines/exits/crash-kind.js';
import type { ProcessExit } from '../../machines/process/process.js';
import type { LivenessPolicy } from '../../machines/worker/liveness.js';
import { callLimit, type RecyclePolicy, type RecycleReason, type Wear, wornBy } from '../../machines/worker/recycle.js';
import { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';
import { readCpuMs, readRss } from '../../transport/process/proc/usage.js';
import type { CallContextIds, ReadyMessage } from '../../transport/protocol/messages.js';
import { Port } from '../../transport/protocol/port/port.js';
import type { PortEvents } from '../../transport/protocol/port/port-events.js';
import type { Question } from '../../transport/protocol/port/requests.js';
import type { AskHandler } from '../desk/asks.js';
import type { WorkerDesk, WorkerSays } from '../desk/worker-desk.js';
import type { Seat } from '../pool/roster.js';
import type { ProcessServices } from '../worker/process-services.js';
import type { WorkerAddress } from '../worker/seat-driver.js';
import type { Stdio } from '../worker/stdio.js';
import type { Tell } from '../worker/worker-plan.js';
import { WorkerWatch } from './worker-watch.js';

/** How much of a worker's output is kept for those who ask why it ended, in bytes per stream. */
const LOG_TAIL = 16 * 1024;

/** How long the last output of a worker that has ended is waited for, in milliseconds. */
const LAST_WORDS_MS = 100;

/** Calls at once in a worker that says it is concurrent, unless the pool says otherwise. */
const CONCURRENT_WINDOW = 32;

/** A seat of a protocol pool, as the queue and the calls see it: its worker runs calls. */
export interface ProtocolSeat extends Seat {
  readonly path: string;
  readonly incarnation: number;
  readonly pid: number;
  /** Calls that it runs at once. */
  readonly window: number;
  readonly port: Port;
  /** Calls that have begun in it and that somebody still waits for. */
  readonly wanted: Set<object>;
  /** How its process ended, with its last words; it says so soon after the port has closed. */
  readonly ending: Promise<WorkerLoss>;
  /** Gives one place back: the work in it provably ended. */
  free(): void;
  /** The worker cannot be trusted any more: it is killed, and replaced. */
  fail(error: EspalierError): void;
  /** What it has been through, for the record of its replacement. */
  wear(): Wear;
  /** Why it wishes to be replaced, in its own words; null when it does not. */
  readonly wish: string | null;
}

/** The end of a worker. */
export interface WorkerLoss {
  readonly pid: number;
  readonly exit: ProcessExit;
  readonly stderr: string;
  /** Why it was killed by us; null when it was not. */
  readonly killed: EspalierError | null;
  /** Whether it had been asked to leave: its pool ends, or its seat. */
  readonly stopped: boolean;
  /** By how much the kernel's count of out-of-memory kills rose with it. */
  readonly oomKills: number;
}

export interface ProtocolWorkerOptions {
  readonly services: ProcessServices;
  readonly desk: WorkerDesk;
  /** The path of its pool. */
  readonly pool: string;
  readonly onAsk: AskHandler | undefined;
  readonly stdio: Stdio | undefined;
  readonly config: unknown;
  /** Calls in it at once, unless it says that it is concurrent, and calls that wait in it. */
  readonly window: number | null;
  readonly prefetch: number;
  readonly liveness: LivenessPolicy;
  readonly recycling: RecyclePolicy;
  random(): number;
}

/** What a worker tells the seat that it lives in. */
export interface ProtocolWorkerEvents {
  ready(worker: ProtocolWorker): void;
  /** Its port has closed: it takes no more calls. */
  closed(): void;
  /** It has room again. */
  room(worker: ProtocolWorker): void;
  worn(reason: RecycleReason): void;
  tainted(): boolean;
  /** How many out-of-memory kills the kernel counted when it ended. */
  oomKills(): number;
}

/** One incarnation of a protocol pool's worker: its process, its port, and what it has been through. */
export class ProtocolWorker implements ProtocolSeat {
  readonly port: Port;
  readonly wanted = new Set<object>();
  readonly ending: Promise<WorkerLoss>;
  capacity = 0;
  window = 0;
  load = 0;
  lastUsed = 0;
  wish: string | null = null;
  /** What it writes outside the protocol. */
  readonly logs = new Capture(LOG_TAIL);
  readonly #limit: number;
  #lose: (exit: ProcessExit) => void = () => undefined;
  readonly #lost = new Promise<ProcessExit>((resolve) => {
    this.#lose = resolve;
  });
  #watch: WorkerWatch | null = null;
  #killed: EspalierError | null = null;
  #isStopped = false;
  #readyAt = 0;
  #calls = 0;
  #usedAt: number | null = null;

  constructor(
    readonly id: string,
    readonly address: WorkerAddress,
    readonly process: SpawnedProcess,
    readonly options: ProtocolWorkerOptions,
    readonly events: ProtocolWorkerEvents,
    readonly tell: Tell,
  ) {
    const { services, config, desk } = options;
    const { clock } = services;
    this.#limit = callLimit(options.recycling, options.random());
    services.logs.follow(address, process, options.stdio);
    this.logs.attach(process.stdout, process.stderr);
    this.ending = this.#end();
    const { port: connection } = process;
    if (!connection) throw new EspalierError('ESP_SPAWN', `${address.path} was started without a port`);
    const { path: worker, incarnation } = address;
    this.port = new Port({
      connection,
      worker,
      incarnation,
      config,
      caps: desk.caps(),
      tools: (request) => desk.run(address.path, request),
      events: portEvents(tell, {
        ready: (message) => this.#ready(message),
        ended: () => events.closed(),
        leaving: () => events.closed(),
        say: (message, ctx) => desk.say(options.pool, address.path, { ...message, ctx }),
        ask: (question) => desk.ask(address.path, question, options.onAsk),
        recycle: (reason) => this.#wishes(reason),
      }),
      now: () => clock.now(),
    });
  }

  get path(): string {
    return this.address.path;
  }

  get incarnation(): number {
    return this.address.incarnation;
  }

  get pid(): number {
    return this.process.identity.pid;
  }

  get tainted(): boolean {
    return this.events.tainted();
  }

  /** What the worker said when it became ready; null before. */
  get ready(): ReadyMessage | null {
    return this.port.ready;
  }

  /** Whether it said that it leaves: what ends so has not crashed. */
  get tookLeave(): boolean {
    return this.port.tookLeave;
  }

  free(): void {
    this.load -= 1;
    this.#calls += 1;
    this.#usedAt = this.options.services.clock.now();
    this.#checkWear();
    this.events.room(this);
  }

  fail(error: EspalierError): void {
    if (this.#killed) return;
    this.#killed = error;
    this.stop();
    this.tell({ type: 'unresponsive', error: toErrorRecord(error) });
  }

  /** Asks it to leave: what it does not finish in that time is stopped with it. */
  shutdown(graceMs: number): void {
    this.#isStopped = true;
    this.port.shutdown(graceMs);
  }

  wear(): Wear {
    const { recycling, services } = this.options;
    const rss = recycling.maxRss === undefined ? null : readRss(this.process.identity);
    const [readyAt, calls, usedAt] = [this.#readyAt, this.#calls, this.#usedAt];
    return { now: services.clock.now(), readyAt, calls, running: this.load, usedAt, rss };
  }

  /** Looks at it no more. */
  stop(): void {
    this.#watch?.stop();
  }

  /** Its seat is done with it. If its end was not seen by now, nobody will see it: those who ask for it are told so. */
  close(): void {
    this.stop();
    this.#lose({ code: null, signal: null });
    this.port.destroy();
  }

  stderr(): string {
    return this.logs.peekStderr();
  }

  #ready(message: ReadyMessage): void {
    const { services, window, prefetch } = this.options;
    const { concurrency = 1 } = message.caps;
    this.window = window ?? (concurrency > 1 ? CONCURRENT_WINDOW : 1);
    this.capacity = this.window + prefetch;
    this.#readyAt = services.clock.now();
    this.#watch = this.#look(message);
    this.events.ready(this);
  }

  #look({ caps }: ReadyMessage): WorkerWatch {
    const { services, liveness } = this.options;
    const { identity } = this.process;
    let written = '';
    return new WorkerWatch({
      clock: services.clock,
      policy: liveness,
      heardAt: () => this.port.heardAt,
      cpuMs: () => readCpuMs(identity),
      ping: () => this.port.ping(),
      ask: () => {
        written = this.stderr();
        if (caps.dump) this.process.signal(caps.dump);
      },
      dead: (facts) => this.#unresponsive(facts, written),
      looked: () => this.#checkWear(),
    });
  }

  #unresponsive({ silentMs, cpuMs }: { silentMs: number; cpuMs: number | null }, before: string): void {
    const { services } = this.options;
    const { path, incarnation } = this.address;
    const { pid } = this.process.identity;
    const now = this.stderr();
    const stack = now.startsWith(before) ? now.slice(before.length) : now;
    services.journal({ type: 'worker.unresponsive', path, incarnation, data: { pid, silentMs, cpuMs, stack } });
    const message = `${path} (pid ${pid}) said nothing for ${silentMs} ms and did no work: it is killed`;
    this.fail(new EspalierError('ESP_WORKER_EXITED', message, { context: { path, pid, silentMs, stack } }));
  }

  #checkWear(): void {
    const reason = this.wish === null ? wornBy(this.options.recycling, this.#limit, this.wear()) : 'wish';
    if (reason) this.events.worn(reason);
  }

  #wishes(reason: string): void {
    this.wish = reason;
    this.events.worn('wish');
  }

  async #end(): Promise<WorkerLoss> {
    const exit = await Promise.race([this.process.exited, this.#lost]);
    this.stop();
    const { clock } = this.options.services;
    let timer: unknown;
    const late = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, LAST_WORDS_MS);
    });
    await Promise.race([this.logs.ended, late]);
    clock.clearTimeout(timer);
    const [{ pid }, oomKills] = [this.process.identity, this.events.oomKills()];
    return { pid, exit, stderr: this.stderr(), killed: this.#killed, stopped: this.#isStopped, oomKills };
  }
}

/** Why a call that its worker took along was lost, with all that is known of the worker's end. */
export function lostWith({ path }: ProtocolSeat, loss: WorkerLoss, state: string, cause: Error): EspalierError {
  const { pid, exit, stderr, killed, stopped, oomKills } = loss;
  const kind = crashKind(exit, { byUs: killed !== null || stopped, oomKills });
  const how = exit.signal ? `killed by ${exit.signal}` : exit.code === null ? 'unseen' : `exit code ${exit.code}`;
  const why = killed ? `: ${killed.message}` : '';
  const ended = stopped ? 'was stopped' : 'ended';
  return new EspalierError('ESP_WORKER_EXITED', `${path} (pid ${pid}) ${ended} while it had the call (${how})${why}`, {
    cause: killed ?? cause,
    context: { path, pid, state, kind, stopped, code: exit.code, signal: exit.signal, stderr },
  });
}

/** Whether a call was lost because its worker was stopped by us, with its pool or its seat: that says nothing of either. */
export function wasStopped(error: unknown): boolean {
  return error instanceof EspalierError && error.code === 'ESP_WORKER_EXITED' && error.context.stopped === true;
}

/** Who hears what a port's events mean for its seat. */
interface PortListener {
  ready(message: ReadyMessage): void;
  ended(): void;
  /** It leaves by itself: its exit follows. */
  leaving(): void;
  say(message: WorkerSays, ctx: CallContextIds | null): void;
  ask(question: Question): void;
  recycle(reason: string): void;
}

/** What a worker's actor makes of its port's events: only those about its life change its state. */
function portEvents(tell: Tell, seat: PortListener): PortEvents {
  return {
    ready: (message) => {
      seat.ready(message);
      tell({ type: 'ready' });
    },
    progress: () => tell({ type: 'progress' }),
    failed: (error) => tell({ type: 'protocol.failed', error: toErrorRecord(error) }),
    ended: () => {
      seat.ended();
      tell({ type: 'port.closed' });
    },
    // A pong counts by being heard.
    pong: () => undefined,
    log: (message, ctx) => seat.say(message, ctx),
    event: (message, ctx) => seat.say(message, ctx),
    metric: (message, ctx) => seat.say(message, ctx),
    ask: (question) => seat.ask(question),
    recycle: (reason) => seat.recycle(reason),
    bye: () => seat.leaving(),
  };
}

import type { Duplex } from 'node:stream';
import { codeOf, EspalierError } from '../../../errors.js';
import { decodeFrame } from '../codec.js';
import { FrameDecoder } from '../decoder.js';
import { type Frame, malformedHeader } from '../frames.js';
import { DEFAULT_PORT_LIMITS, type PortLimits, PROTOCOL_VERSIONS } from '../limits.js';
import type { AnswerMessage, HostCapabilities, ReadyMessage, RequestMessage, WorkerMessage } from '../messages.js';
import { parseWorkerMessage } from '../worker-message.js';
import type { CallOutcome, CallRequest, OpenCall, OpenStream } from './call.js';
import { Calls } from './calls.js';
import { ConnectionLink } from './link.js';
import type { PortEvents } from './port-events.js';
import { Requests, type ToolRunner } from './requests.js';

/** What a port is made of. */
export interface PortOptions {
  /** The connection to one worker, paused or not yet read; the port owns it from here on. */
  readonly connection: Duplex;
  /** The worker's path in its tree. */
  readonly worker: string;
  readonly incarnation: number;
  /** Handed to the worker before it says `ready`; JSON. */
  readonly config?: unknown;
  readonly caps?: HostCapabilities | undefined;
  readonly limits?: Partial<PortLimits> | undefined;
  /** Runs host tools for the worker; without it every such call fails with `ESP_NOT_FOUND`. */
  readonly tools?: ToolRunner | undefined;
  readonly events: PortEvents;
  /** Any clock in milliseconds that does not run backwards. */
  now(): number;
}

/** `booting` until the worker is ready, `draining` after `shutdown` or the worker's `bye`, `ended` when the connection is over. */
export type PortPhase = 'booting' | 'ready' | 'draining' | 'ended';

/**
 * The host's side of the connection to one worker process. It frames, matches and bounds; it decides nothing about the
 * process, which its owner learns through `events`. Says `hello` at once.
 */
export class Port {
  readonly limits: PortLimits;
  readonly #events: PortEvents;
  readonly #now: () => number;
  readonly #link: ConnectionLink;
  readonly #decoder: FrameDecoder;
  readonly #calls: Calls;
  readonly #requests: Requests;
  #phase: PortPhase = 'booting';
  #ready: ReadyMessage | null = null;
  #heardAt: number;
  #bye = false;
  #pings = 0;
  #pongDue = false;

  /** @throws EspalierError `ESP_INVALID` when `config` or `caps` do not fit a header line */
  constructor(options: PortOptions) {
    this.limits = { ...DEFAULT_PORT_LIMITS, ...options.limits };
    this.#events = options.events;
    this.#now = options.now;
    this.#heardAt = options.now();
    keepLastWords(options.connection);
    this.#link = new ConnectionLink(options.connection, this.limits);
    this.#decoder = new FrameDecoder(this.limits, {
      frame: (frame) => this.#frame(frame),
      failed: (error) => this.#fail(error),
    });
    this.#calls = new Calls(this.#link, (id) => this.#requests.callEnded(id));
    this.#requests = new Requests(this.#link, this.#calls, options.tools);
    this.#hello(options);
    this.#listen(options.connection);
  }

  get phase(): PortPhase {
    return this.#phase;
  }

  /** What the worker said of itself; null before it was ready. */
  get ready(): ReadyMessage | null {
    return this.#ready;
  }

  /** Whether the worker said `bye`. */
  get tookLeave(): boolean {
    return this.#bye;
  }

  /** Calls that are open in the worker. */
  get open(): number {
    return this.#calls.size;
  }

  /** When the worker was last heard, by the clock of the options. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /**
   * Calls a method. On a port that takes no calls (not ready, draining, ended) the outcome is `lost`, `not_started`.
   *
   * @param settled called exactly once, never before `call` has returned
   * @throws EspalierError `ESP_INVALID` when the arguments do not fit a frame, `ESP_QUEUE_FULL` at a limit
   */
  call(request: CallRequest, settled: (outcome: CallOutcome) => void): OpenCall {
    if (this.#phase === 'ready') return this.#calls.call(request, settled);
    queueMicrotask(() => settled(this.#unsent()));
    return { id: 0, cancel: cannotCancel };
  }

  /** As `call`, for a method that answers with a stream. `settled` tells when the worker is done with it. */
  stream(request: CallRequest, settled: (outcome: CallOutcome) => void): OpenStream {
    if (this.#phase === 'ready') return this.#calls.stream(request, settled);
    const lost = this.#unsent();
    queueMicrotask(() => settled(lost));
    const refused = { next: () => Promise.reject(lost.error) };
    return { id: 0, cancel: cannotCancel, [Symbol.asyncIterator]: () => refused };
  }

  /** Asks for a sign of life, which comes as `events.pong`. False when the last one is still owed. */
  ping(): boolean {
    if (this.#pongDue || this.#phase === 'ended') return false;
    this.#pings += 1;
    this.#pongDue = true;
    this.#link.send({ t: 'ping', n: this.#pings });
    return true;
  }

  /** Asks the worker to finish what it runs and leave; it takes no more calls. Idempotent. */
  shutdown(graceMs: number): void {
    if (this.#phase === 'ended' || this.#phase === 'draining') return;
    this.#phase = 'draining';
    this.#link.send({ t: 'shutdown', grace: graceMs });
  }

  /** Ends the connection now; every open call is settled as lost. Idempotent. */
  destroy(): void {
    this.#end({ readToEnd: false, error: null });
  }

  #hello({ worker, incarnation, config, caps = {} }: PortOptions): void {
    const { maxHeader, maxFrame, credit } = this.limits;
    const limits = { maxHeader, maxFrame, credit };
    this.#link.send({ t: 'hello', v: PROTOCOL_VERSIONS, caps, worker, incarnation, config, limits });
  }

  #listen(connection: Duplex): void {
    connection.on('end', () => this.#end({ readToEnd: true, error: null }));
    connection.on('error', (error) => this.#end({ readToEnd: leftUnread(error), error }));
    connection.on('close', () => this.#end({ readToEnd: false, error: null }));
    connection.on('data', (chunk: Buffer) => {
      this.#heardAt = this.#now();
      this.#decoder.push(chunk);
      this.#link.holdBack();
    });
    connection.resume();
  }

  #frame(frame: Frame): void {
    if (this.#phase === 'ended') return;
    const header = decodeFrame(frame);
    const message = typeof header === 'string' ? header : parseWorkerMessage(header);
    if (message === null) return;
    const wrong = typeof message === 'string' ? message : this.#take(message);
    if (wrong !== null) this.#fail(malformedHeader(wrong, frame.header));
  }

  /** Answers in words what the worker did wrong. */
  #take(message: WorkerMessage): string | null {
    switch (message.t) {
      case 'ready':
        return this.#welcome(message);
      case 'start':
      case 'result':
      case 'error':
      case 'chunk':
      case 'end':
      case 'credit':
        return this.#calls.take(message);
      case 'call':
        return this.#requests.call(message);
      case 'ask':
        return this.#requests.ask(message, this.#events);
      default:
        this.#tell(message);
        return null;
    }
  }

  #tell(message: Exclude<WorkerMessage, ReadyMessage | AnswerMessage | RequestMessage>): void {
    switch (message.t) {
      case 'progress':
        return this.#events.progress(message.msg);
      case 'pong':
        this.#pongDue = false;
        return this.#events.pong(message);
      case 'log':
        return this.#events.log(message, this.#calls.contextOf(message.id));
      case 'event':
        return this.#events.event(message, this.#calls.contextOf(message.id));
      case 'metric':
        this.#calls.jobOf(message.id)?.metric(message);
        return this.#events.metric(message, this.#calls.contextOf(message.id));
      case 'recycle':
        return this.#events.recycle(message.reason);
      case 'bye':
        this.#bye = true;
        if (this.#phase === 'ready') this.#phase = 'draining';
        return this.#events.bye();
      default:
        message satisfies never;
    }
  }

  #welcome(message: ReadyMessage): string | null {
    if (this.#ready !== null) return 'the worker said "ready" twice';
    if (!PROTOCOL_VERSIONS.includes(message.v)) {
      this.#fail(noCommonVersion(message));
      return null;
    }
    this.#ready = message;
    if (this.#phase === 'booting') this.#phase = 'ready';
    this.#events.ready(message);
    return null;
  }

  #fail(error: EspalierError): void {
    if (this.#phase === 'ended') return;
    this.#events.failed(error);
    this.#end({ readToEnd: false, error });
  }

  #end({ readToEnd, error }: { readToEnd: boolean; error: Error | null }): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#decoder.stop();
    this.#link.close();
    const announcesStart = this.#ready?.caps.start === true;
    this.#calls.endAll({ readToEnd, announcesStart }, exited(error));
    this.#requests.endAll();
    this.#events.ended({ bye: this.#bye, readToEnd, error });
  }

  #unsent(): Extract<CallOutcome, { kind: 'lost' }> {
    const error = new EspalierError('ESP_WORKER_EXITED', `the worker takes no calls: it is ${this.#phase}`);
    return { kind: 'lost', state: 'not_started', error };
  }
}

const cannotCancel = () => undefined;

/**
 * Lets a connection be read to its end although nothing can be written to it any more. A stream is destroyed by the first
 * write that fails, and with it what its other side wrote before it died: the very words that say which calls had begun.
 * What cannot be written is dropped instead; the end is read in its turn.
 */
function keepLastWords(connection: Duplex): void {
  const write = connection._write.bind(connection);
  connection._write = (chunk, encoding, written) => write(chunk, encoding, (error) => written(unlessGone(error)));
  const writeMany = connection._writev?.bind(connection);
  if (writeMany) connection._writev = (chunks, written) => writeMany(chunks, (error) => written(unlessGone(error)));
}

function unlessGone(error: Error | null | undefined): Error | null {
  const code = codeOf(error);
  return code === 'EPIPE' || code === 'ECONNRESET' ? null : (error ?? null);
}

/** The kernel resets instead of ending when the worker left unread what we wrote; what it wrote was read first. */
function leftUnread(error: Error): boolean {
  return codeOf(error) === 'ECONNRESET' && 'syscall' in error && error.syscall === 'read';
}

function exited(cause: Error | null): EspalierError {
  if (cause instanceof EspalierError) return cause;
  const message = 'the connection to the worker ended while it had the call';
  return new EspalierError('ESP_WORKER_EXITED', message, cause === null ? {} : { cause });
}

function noCommonVersion({ v, sdk }: ReadyMessage): EspalierError {
  const offered = PROTOCOL_VERSIONS.join(', ');
  return new EspalierError('ESP_PROTOCOL', `no common version: the host speaks ${offered}, the worker (${sdk}) ${v}`, {
    context: { reason: 'version', offered: PROTOCOL_VERSIONS, answered: v, permanent: true },
  });
}

import type { Duplex } from 'node:stream';
import type { EspalierError } from '../errors.js';
import { decodeFrame } from '../transport/protocol/codec.js';
import { FrameDecoder } from '../transport/protocol/decoder.js';
import { type Frame, malformedHeader } from '../transport/protocol/frames.js';
import { DEFAULT_PORT_LIMITS, PROTOCOL_VERSIONS } from '../transport/protocol/limits.js';
import type { ContextMessage, HelloMessage, HostCallMessage, HostMessage } from '../transport/protocol/messages.js';
import { RemoteError } from '../transport/protocol/remote-error.js';
import { FrameWriter } from '../transport/protocol/writer.js';
import { Execution } from './execution.js';
import { parseHostMessage } from './host-message.js';
import { descriptionOf, type Method } from './methods.js';
import { Session } from './session.js';

/** What a runtime is made of. */
export interface RuntimeOptions {
  readonly connection: Duplex;
  readonly methods: ReadonlyMap<string, Method>;
  readonly concurrency: number;
  /** Before `ready`. */
  start(hello: HelloMessage): unknown;
  /** After the last call, before `bye`. */
  stop(): unknown;
  /** Ends the process at once; `why` goes to stderr. */
  exit(code: number, why?: unknown): void;
}

/** The exit code when the host spoke out of protocol, or no version is common. */
const EXIT_PROTOCOL = 76;

/** The worker's side of its connection: takes calls in order, runs up to `concurrency` of them at once. */
export class Runtime {
  readonly session: Session;
  readonly #options: RuntimeOptions;
  readonly #decoder: FrameDecoder;
  /** Calls that have not begun, in order of arrival. */
  readonly #waiting = new Map<number, Execution>();
  readonly #running = new Map<number, Execution>();
  #phase: 'booting' | 'serving' | 'leaving' | 'over' = 'booting';
  #greeted = false;
  /** What came last of a job: the call that it belongs to follows at once. */
  #told: ContextMessage | null = null;
  #pumping = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
    this.session = new Session(new FrameWriter(options.connection, DEFAULT_PORT_LIMITS));
    this.#decoder = new FrameDecoder(DEFAULT_PORT_LIMITS, {
      frame: (frame) => this.#frame(frame),
      failed: (error) => this.#give(error),
    });
    this.#listen(options.connection);
  }

  /** The calls that run, for a dump. */
  running(): Iterable<Execution> {
    return this.#running.values();
  }

  #listen(connection: Duplex): void {
    // The host is gone, or does not want this worker any more: whatever runs here runs for nobody.
    const over = () => this.#options.exit(this.#phase === 'over' ? 0 : 1);
    connection.on('end', over).on('error', over).on('close', over);
    connection.on('data', (chunk: Buffer) => {
      this.#decoder.push(chunk);
      this.#pump();
    });
  }

  #give(error: EspalierError): void {
    this.#options.exit(EXIT_PROTOCOL, error);
  }

  #frame(frame: Frame): void {
    const header = decodeFrame(frame);
    const message = typeof header === 'string' ? header : parseHostMessage(header);
    if (message === null) return;
    const wrong = typeof message === 'string' ? message : this.#take(message);
    if (wrong !== null) this.#give(malformedHeader(wrong, frame.header));
  }

  /** Answers in words what the host did wrong. */
  #take(message: HostMessage): string | null {
    switch (message.t) {
      case 'hello':
        if (this.#greeted) return 'the host said "hello" twice';
        this.#greeted = true;
        void this.#boot(message);
        return null;
      case 'context':
        this.#told = message;
        return null;
      case 'call':
        this.#waiting.set(message.id, this.#execution(message));
        return null;
      case 'ping':
        this.session.send({ t: 'pong', n: message.n, busy: this.#running.size });
        return null;
      case 'shutdown':
        void this.#leave();
        return null;
      case 'result':
      case 'error':
      case 'answer':
        this.session.requests.settle(message);
        return null;
      default:
        return this.#toCall(message);
    }
  }

  #toCall(message: Extract<HostMessage, { t: 'cancel' | 'credit' | 'chunk' | 'end' }>): string | null {
    // It may have ended while the message was under way.
    const execution = this.#running.get(message.id) ?? this.#waiting.get(message.id);
    switch (message.t) {
      case 'cancel':
        execution?.cancel(message.reason);
        return null;
      case 'credit':
        execution?.credit(message.n);
        return null;
      case 'chunk':
        return execution?.input?.push(message.seq, message.d) ?? null;
      case 'end':
        execution?.input?.finish({});
        return null;
      default:
        return message satisfies never;
    }
  }

  async #boot(hello: HelloMessage): Promise<void> {
    const v = PROTOCOL_VERSIONS.find((version) => hello.v.includes(version));
    this.session.greeted(hello);
    this.#decoder.limits = hello.limits;
    const { start, methods, concurrency, exit } = this.#options;
    try {
      if (v !== undefined) await start(hello);
    } catch (error) {
      return exit(1, error);
    }
    const caps = { concurrency, start: true, dump: 'SIGQUIT' } as const;
    const descriptions = [...methods.values()].map(descriptionOf);
    const own = PROTOCOL_VERSIONS[0] ?? 0;
    this.session.send({ t: 'ready', v: v ?? own, caps, methods: descriptions, sdk: SDK, pid: process.pid });
    await this.session.written();
    if (v === undefined) return exit(EXIT_PROTOCOL, `no version of ${hello.v.join(', ')} is spoken here`);
    if (this.#phase === 'booting') this.#phase = 'serving';
    this.#pump();
  }

  #execution(message: HostCallMessage): Execution {
    const told = this.#told?.id === message.id ? this.#told.d : null;
    this.#told = null;
    return new Execution(message, told, this.session, ({ message: { id } }) => {
      this.#waiting.delete(id);
      if (!this.#running.delete(id)) return;
      if (this.#phase === 'leaving') void this.#leave();
      else this.#pump();
    });
  }

  /** Begins what there is room for; a call that ends at once makes room within the same loop. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#phase === 'serving' && this.#begin());
    this.#pumping = false;
  }

  /** No method runs before its `start` is with the kernel. Answers whether there may be more to begin. */
  #begin(): boolean {
    const begun: Execution[] = [];
    for (const [id, execution] of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) break;
      this.#waiting.delete(id);
      this.#running.set(id, execution);
      execution.startedAt = performance.now();
      begun.push(execution);
    }
    const [first, ...others] = begun.map(({ message }) => message.id);
    if (first === undefined) return false;
    this.session.send({ t: 'start', id: first, ...(others.length > 0 ? { also: others } : {}) });
    const written = this.session.written();
    if (written === null) this.#runAll(begun);
    else void written.then(() => this.#runAll(begun));
    return written === null;
  }

  #runAll(begun: readonly Execution[]): void {
    for (const execution of begun) this.#run(execution);
  }

  #run(execution: Execution): void {
    const { m } = execution.message;
    const method = this.#options.methods.get(m);
    if (execution.cancelled !== null) execution.fail(execution.cancelled);
    else if (method !== undefined) execution.run(method);
    else execution.fail(new RemoteError({ code: 'ESP_NOT_FOUND', message: `this worker has no method "${m}"` }));
  }

  /** Runs no more calls; once the last has ended, takes its leave. */
  async #leave(): Promise<void> {
    if (this.#phase === 'over') return;
    this.#phase = 'leaving';
    if (this.#running.size > 0) return;
    this.#phase = 'over';
    try {
      await this.#options.stop();
    } catch (error) {
      return this.#options.exit(1, error);
    }
    this.session.send({ t: 'bye' });
    await this.session.written();
    this.#options.exit(0);
  }
}

const SDK = 'espalier-node/1';

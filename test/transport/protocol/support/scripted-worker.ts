import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { decodeFrame } from '../../../../src/transport/protocol/codec.js';
import { FrameDecoder } from '../../../../src/transport/protocol/decoder.js';
import { DEFAULT_PORT_LIMITS } from '../../../../src/transport/protocol/limits.js';
import type { CallOutcome, CallRequest, OpenCall } from '../../../../src/transport/protocol/port/call.js';
import { Port, type PortOptions } from '../../../../src/transport/protocol/port/port.js';
import { socketPair } from './pair.js';
import { Recorder } from './recorder.js';

type Message = Record<string, unknown>;

/** The worker's end of a connection, played by a test: it says what the test wants, right or wrong. */
class ScriptedWorker {
  readonly heard: Message[] = [];
  readonly #emitter = new EventEmitter().setMaxListeners(100);

  constructor(readonly socket: Socket) {
    const decoder = new FrameDecoder(DEFAULT_PORT_LIMITS, {
      frame: (frame) => {
        const header = decodeFrame(frame);
        if (typeof header === 'string') throw new Error(header);
        this.heard.push(header);
        this.#emitter.emit('heard');
      },
      failed: (error) => {
        throw error;
      },
    });
    socket.on('data', (chunk: Buffer) => decoder.push(chunk));
    socket.on('error', () => {});
  }

  say(...messages: readonly Message[]): void {
    this.socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  ready(caps: Message = { start: true }): void {
    this.say({ t: 'ready', v: 1, caps, methods: [], sdk: 'test', pid: 1 });
  }

  of(type: string): Message[] {
    return this.heard.filter(({ t }) => t === type);
  }

  /** Resolves with the host's messages of a type once there are so many. */
  async until(type: string, count = 1): Promise<Message[]> {
    while (this.of(type).length < count) await once(this.#emitter, 'heard');
    return this.of(type);
  }
}

export interface Stage {
  readonly port: Port;
  readonly worker: ScriptedWorker;
  readonly events: Recorder;
  /** Calls a method; its outcome as a promise. */
  call(request: CallRequest): OpenCall & { readonly outcome: Promise<CallOutcome> };
  /** One round to the worker and back: what either had sent before has arrived. */
  settle(): Promise<void>;
}

/** A port whose worker is played by the test; ready unless `caps` is null. */
export async function stage(
  options: Partial<PortOptions> = {},
  caps: Message | null = { start: true },
): Promise<Stage> {
  const [near, far] = await socketPair();
  const events = new Recorder();
  const worker = new ScriptedWorker(far);
  const port = new Port({ connection: near, worker: '/w', incarnation: 1, events, now: () => 0, ...options });
  if (caps !== null) {
    worker.ready(caps);
    await events.until('ready');
  }
  const call = (request: CallRequest) => {
    const { promise, resolve } = deferred<CallOutcome>();
    return { ...port.call(request, resolve), outcome: promise };
  };
  let round = 0;
  const settle = async () => {
    round += 1;
    worker.say({ t: 'log', lvl: 'debug', msg: `round ${round}` });
    while (!events.logs.some(({ msg }) => msg === `round ${round}`)) await events.until('log', events.logs.length + 1);
  };
  return { port, worker, events, call, settle };
}

export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

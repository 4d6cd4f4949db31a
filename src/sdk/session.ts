import { EspalierError } from '../errors.js';
import type { FrameLimits } from '../transport/protocol/limits.js';
import { DEFAULT_PORT_LIMITS } from '../transport/protocol/limits.js';
import type { HelloMessage, MethodDescription, WorkerMessage } from '../transport/protocol/messages.js';
import type { FrameWriter } from '../transport/protocol/writer.js';
import { HostRequests } from './host-requests.js';

/** Bytes that may wait for a host that does not read; logs, events and metrics beyond are dropped and counted. */
const MAX_BUFFERED = 16 * 1024 * 1024;
/** A log line is cut to so many characters. */
const MAX_LOG = 64 * 1024;

type Telling = Extract<WorkerMessage, { t: 'log' | 'event' | 'metric' }>;

/** The writing side of a worker, and what it knows of its host. */
export class Session {
  readonly requests: HostRequests;
  readonly #writer: FrameWriter;
  #hello: HelloMessage | null = null;
  #dropped = 0;

  constructor(writer: FrameWriter) {
    this.#writer = writer;
    this.requests = new HostRequests((message) => this.send(message));
  }

  get limits(): FrameLimits & { readonly credit: number } {
    return this.#hello?.limits ?? DEFAULT_PORT_LIMITS;
  }

  get tools(): readonly MethodDescription[] {
    return this.#hello?.caps.tools ?? [];
  }

  greeted(hello: HelloMessage): void {
    this.#hello = hello;
    this.#writer.limits = hello.limits;
  }

  /** @throws EspalierError `ESP_INVALID` when the message does not fit a frame */
  send(message: WorkerMessage): void {
    this.#writer.send(message);
  }

  /** Sends what may be lost rather than fill the memory. */
  tell(message: Telling): void {
    if (this.#writer.buffered > MAX_BUFFERED) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) {
      const msg = `${this.#dropped} logs, events and metrics were dropped: the host did not read them in time`;
      this.#dropped = 0;
      this.send({ t: 'log', lvl: 'warn', msg });
    }
    this.send(message.t === 'log' ? { ...message, msg: String(message.msg).slice(0, MAX_LOG) } : message);
  }

  /** Writes what waits, now; resolves when the kernel has it, null when it has it already. */
  written(): Promise<void> | null {
    this.#writer.flush();
    const { connection } = this.#writer;
    if (connection.writableLength === 0) return null;
    return new Promise((resolve, reject) => {
      connection.write('', (error) => (error ? reject(gone(error)) : resolve()));
    });
  }
}

function gone(cause: Error): EspalierError {
  return new EspalierError('ESP_STOPPED', 'the connection to the host is over', { cause });
}

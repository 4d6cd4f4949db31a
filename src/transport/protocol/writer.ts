import type { Writable } from 'node:stream';
import { encodeMessage } from './codec.js';
import type { FrameLimits } from './limits.js';
import type { HostMessage, WorkerMessage } from './messages.js';

/**
 * Writes messages to one side of a connection. What is sent within one tick leaves in one write: a system call costs more
 * than a message.
 */
export class FrameWriter {
  /** Text and bytes that leave together, in order; neighbouring text is joined. */
  #parts: (string | Uint8Array)[] = [];
  #text = '';
  #bytes = 0;
  #scheduled = false;
  /** Rises with each write to the connection. */
  #batch = 0;

  constructor(
    readonly connection: Writable,
    /** May change between frames. */
    public limits: FrameLimits,
  ) {}

  /** The number of the write that takes the next message: once it has risen, the message was written. */
  get batch(): number {
    return this.#batch;
  }

  /** Bytes that wait here or in the connection, estimated for text. */
  get buffered(): number {
    return this.#bytes + this.connection.writableLength;
  }

  /** @throws EspalierError `ESP_INVALID` when the message does not fit a frame; nothing was sent then */
  send(message: HostMessage | WorkerMessage): void {
    const { line, trailers } = encodeMessage(message, this.limits);
    this.#text += line;
    this.#bytes += line.length;
    for (const trailer of trailers) this.#add(trailer);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(() => this.flush());
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#bytes === 0) return;
    this.#closeText();
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    this.#batch += 1;
    if (!this.connection.writable) return;
    if (parts.length > 1) this.connection.cork();
    for (const part of parts) this.connection.write(part);
    if (parts.length > 1) this.connection.uncork();
  }

  #add(trailer: Uint8Array): void {
    this.#closeText();
    this.#bytes += trailer.byteLength;
    this.#parts.push(trailer);
  }

  #closeText(): void {
    if (this.#text === '') return;
    this.#parts.push(this.#text);
    this.#text = '';
  }
}

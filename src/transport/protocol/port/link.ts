import type { Duplex } from 'node:stream';
import type { PortLimits } from '../limits.js';
import type { HostMessage } from '../messages.js';
import { FrameWriter } from '../writer.js';

/** The writing side of a port, as its parts see it. */
export interface Link {
  readonly limits: PortLimits;
  /** The number of the write that takes the next message. */
  readonly batch: number;
  /** Bytes that wait to be written. */
  readonly buffered: number;
  /** @throws EspalierError `ESP_INVALID` when the message does not fit a frame; dropped silently after the end */
  send(message: HostMessage): void;
  /** Resolves when there is room to write, or the connection is over; null when there is room. */
  room(): Promise<void> | null;
}

/** A link over a connection, which also keeps a worker that does not read from filling the host's memory. */
export class ConnectionLink implements Link {
  readonly limits: PortLimits;
  readonly #connection: Duplex;
  readonly #writer: FrameWriter;
  #room: Promise<void> | null = null;
  #closed = false;

  constructor(connection: Duplex, limits: PortLimits) {
    this.limits = limits;
    this.#connection = connection;
    this.#writer = new FrameWriter(connection, limits);
  }

  get batch(): number {
    return this.#writer.batch;
  }

  get buffered(): number {
    return this.#writer.buffered;
  }

  send(message: HostMessage): void {
    if (!this.#closed) this.#writer.send(message);
  }

  close(): void {
    this.#closed = true;
    this.#connection.destroy();
  }

  room(): Promise<void> | null {
    if (this.buffered > this.#connection.writableHighWaterMark) this.#writer.flush();
    if (!this.#connection.writableNeedDrain) return null;
    this.#room ??= new Promise((resolve) => {
      const done = () => {
        this.#connection.off('drain', done).off('close', done);
        this.#room = null;
        resolve();
      };
      this.#connection.on('drain', done).on('close', done);
    });
    return this.#room;
  }

  /** Reads nothing while too much waits to be written: what is read may have to be answered. */
  holdBack(): void {
    if (this.buffered <= this.limits.maxBuffered) return;
    const room = this.room();
    if (room === null) return;
    this.#connection.pause();
    void room.then(() => this.#connection.resume());
  }
}

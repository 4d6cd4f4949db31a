import type { Socket } from 'node:net';
import { LIMITS } from '../limits.js';

/**
 * The connections that have not shown a token yet. They wait in an allowance of their own, in number and in time, so that
 * no crowd of them takes the places of those who may look: one too many ends the one that has waited longest.
 */
export class Strangers {
  /** In the order in which they came. */
  readonly #waiting = new Map<Socket, NodeJS.Timeout>();

  get size(): number {
    return this.#waiting.size;
  }

  /** A connection that nobody knows yet. Silent, slow or refused, it ends when its time is over. */
  add(socket: Socket): void {
    const [longest] = this.#waiting.size >= LIMITS.strangers ? this.#waiting.keys() : [];
    if (longest) this.#end(longest);
    const timer = setTimeout(() => this.#end(socket), LIMITS.strangerMs).unref();
    this.#waiting.set(socket, timer);
    socket.once('close', () => this.admit(socket));
  }

  has(socket: Socket): boolean {
    return this.#waiting.has(socket);
  }

  /** It has shown a token, or has gone. */
  admit(socket: Socket): void {
    clearTimeout(this.#waiting.get(socket));
    this.#waiting.delete(socket);
  }

  #end(socket: Socket): void {
    this.admit(socket);
    socket.destroy();
  }
}

import type { HostMessage, WorkerMessage } from '../transport/protocol/messages.js';
import { RemoteError } from '../transport/protocol/remote-error.js';

interface Waiter {
  /** The host's call on whose behalf it waits. */
  readonly call: number | undefined;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What this worker asked of its host and waits for. */
export class HostRequests {
  readonly #waiting = new Map<number, Waiter>();
  readonly #send: (message: WorkerMessage) => void;
  #lastId = 0;

  constructor(send: (message: WorkerMessage) => void) {
    this.#send = send;
  }

  call(name: string, args: unknown, call: number | undefined): Promise<unknown> {
    return this.#ask(call, (id) => ({ t: 'call', id, m: name, a: args, call }));
  }

  ask(
    question: unknown,
    call: number | undefined,
    more: { readonly name?: string; readonly suspend?: boolean } = {},
  ): Promise<unknown> {
    return this.#ask(call, (id) => ({ t: 'ask', id, question, call, ...more }));
  }

  /** Takes the host's answer; one that nobody waits for is dropped. */
  settle(message: Extract<HostMessage, { t: 'result' | 'error' | 'answer' }>): void {
    const waiter = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.t === 'error') waiter?.reject(new RemoteError(message));
    else waiter?.resolve(message.t === 'result' ? message.r : message.value);
  }

  /** Rejects what a cancelled call waits for; the host's answers will find nobody. */
  abandon(call: number, reason: Error): void {
    for (const [id, waiter] of this.#waiting) {
      if (waiter.call !== call) continue;
      this.#waiting.delete(id);
      waiter.reject(reason);
    }
  }

  #ask(call: number | undefined, message: (id: number) => WorkerMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#send(message(this.#lastId));
      this.#waiting.set(this.#lastId, { call, resolve, reject });
    });
  }
}

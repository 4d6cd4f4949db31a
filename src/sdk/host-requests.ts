import type { HostMessage, WorkerMessage } from '../transport/process/protocol/messages.js';
import { RemoteError } from '../transport/process/protocol/remote-error.js';

interface Waiter {
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
    return this.#ask((id) => ({ t: 'call', id, m: name, a: args, call }));
  }

  ask(question: unknown, call: number | undefined): Promise<unknown> {
    return this.#ask((id) => ({ t: 'ask', id, question, call }));
  }

  /** Takes the host's answer; one that nobody waits for is dropped. */
  settle(message: Extract<HostMessage, { t: 'result' | 'error' | 'answer' }>): void {
    const waiter = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.t === 'error') waiter?.reject(new RemoteError(message));
    else waiter?.resolve(message.t === 'result' ? message.r : message.value);
  }

  #ask(message: (id: number) => WorkerMessage): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#send(message(this.#lastId));
      this.#waiting.set(this.#lastId, { resolve, reject });
    });
  }
}

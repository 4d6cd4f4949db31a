import type { Answer, AnswerTo, Ask, ClientMessage, Control, Hello, ServerMessage, View } from '../protocol/wire.js';
import type { InspectorClient, LiveView, Reply } from './api.js';
import { ClientView, liveView } from './client-view.js';
import { Connection } from './connection.js';
import type { OpenSocket } from './socket.js';

type Settle = (reply: Reply<Answer>) => void;

const LOST = { ok: false, code: 'disconnected', message: 'the connection was lost before the answer' } as const;

/** The views and the open requests of one connection. */
export class Client implements InspectorClient {
  readonly #connection: Connection;
  readonly #views = new Map<number, ClientView>();
  readonly #requests = new Map<number, Settle>();
  #ids = 0;

  constructor(url: string, open: OpenSocket) {
    this.#connection = new Connection({
      url,
      open,
      onHello: () => this.#subscribeAll(),
      onMessage: (message, hello) => this.#receive(message, hello),
      onLost: () => this.#refuseAll(),
    });
    this.#connection.open();
  }

  get status() {
    return this.#connection.status;
  }

  view<const V extends View>(view: V): LiveView<V> {
    const id = this.#nextId();
    const own = new ClientView(view, {
      subscribe: (resume) => this.#connection.send({ type: 'subscribe', id, view, ...(resume && { resume }) }),
      close: () => {
        if (this.#views.delete(id)) this.#connection.send({ type: 'unsubscribe', id });
      },
    });
    this.#views.set(id, own);
    if (this.#connection.hello) own.begin();
    return liveView(view, own);
  }

  async ask<const A extends Ask>(ask: A): Promise<Reply<AnswerTo<A['type']>>> {
    const type: A['type'] = ask.type;
    return narrowed(await this.#request((id) => ({ type: 'request', id, ask })), type);
  }

  async control(control: Control): Promise<Reply<AnswerTo<'done'>>> {
    return narrowed(await this.#request((id) => ({ type: 'control', id, control })), 'done');
  }

  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #nextId(): number {
    this.#ids += 1;
    return this.#ids;
  }

  #request(message: (id: number) => ClientMessage): Promise<Reply<Answer>> {
    return new Promise((resolve) => {
      const id = this.#nextId();
      this.#requests.set(id, resolve);
      if (!this.#connection.send(message(id))) this.#settle(id, LOST);
    });
  }

  #settle(id: number, reply: Reply<Answer>): void {
    const settle = this.#requests.get(id);
    this.#requests.delete(id);
    settle?.(reply);
  }

  #subscribeAll(): void {
    for (const view of this.#views.values()) view.begin();
  }

  #refuseAll(): void {
    for (const id of [...this.#requests.keys()]) this.#settle(id, LOST);
  }

  #receive(message: ServerMessage, hello: Hello): void {
    switch (message.type) {
      case 'answer':
        return this.#settle(message.id, { ok: true, answer: message.answer });
      case 'refused':
        if (message.id === null) return;
        return this.#settle(message.id, { ok: false, code: message.code, message: message.message });
      case 'snapshot':
      case 'delta':
      case 'events':
      case 'observed':
      case 'resync':
      case 'digest':
        return this.#views.get(message.id)?.receive(message, hello.epoch);
      case 'gauges':
        for (const view of this.#views.values()) view.receive(message, hello.epoch);
        return;
      case 'hello':
      case 'alive':
      case 'end':
        return;
      default:
        message satisfies never;
    }
  }
}

function narrowed<T extends Answer['type']>(reply: Reply<Answer>, type: T): Reply<AnswerTo<T>> {
  if (!reply.ok) return reply;
  if (isAnswerTo(reply.answer, type)) return { ok: true, answer: reply.answer };
  return { ok: false, code: 'failed', message: `the server answered with ${reply.answer.type}, not ${type}` };
}

function isAnswerTo<T extends Answer['type']>(answer: Answer, type: T): answer is AnswerTo<T> {
  return answer.type === type;
}

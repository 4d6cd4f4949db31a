import { once } from 'node:events';
import { get as httpGet, type IncomingMessage, request } from 'node:http';
import { WebSocket } from 'ws';

/** What a door answered. */
export interface Answered {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** Asks a door of an inspector. */
export async function ask(base: URL, path: string, method = 'GET', json?: unknown): Promise<Answered> {
  const headers = json === undefined ? {} : { 'content-type': 'application/json' };
  const asked = request(at(base, path), { method, headers });
  asked.end(json === undefined ? undefined : JSON.stringify(json));
  const [response]: [IncomingMessage] = Object.assign(await once(asked, 'response'));
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { status: response.statusCode, type: response.headers['content-type'], body };
}

/** The first blocks of a stream of Server-Sent Events. */
export async function firstBlocks(base: URL, path: string, count: number): Promise<readonly string[]> {
  const [response]: [IncomingMessage] = Object.assign(await once(httpGet(at(base, path)), 'response'));
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.split('\n\n').length > count) break;
  }
  return text.split('\n\n').slice(0, count);
}

/** A WebSocket of an inspector, of which one message after the other is awaited. */
export class Talk implements Disposable {
  readonly #socket: WebSocket;
  readonly #heard: unknown[] = [];

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#heard.push(JSON.parse(data.toString())));
  }

  static async open(base: URL): Promise<Talk> {
    const address = at(base, '/ws');
    address.protocol = 'ws';
    const socket = new WebSocket(address);
    const talk = new Talk(socket);
    await once(socket, 'open');
    return talk;
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  /** The first message with an id, or the first of a type; what came before it is forgotten. */
  async hear(fits: { readonly id?: number; readonly type?: string }): Promise<unknown> {
    for (;;) {
      const wanted = Object.entries(fits);
      const index = this.#heard.findIndex((one) => {
        const fields = new Map(Object.entries(Object(one)));
        return wanted.every(([name, value]) => fields.get(name) === value);
      });
      if (index >= 0) return this.#heard.splice(0, index + 1).at(-1);
      await once(this.#socket, 'message');
    }
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

function at(base: URL, path: string): URL {
  const address = new URL(path, base);
  for (const [name, value] of base.searchParams) address.searchParams.set(name, value);
  return address;
}

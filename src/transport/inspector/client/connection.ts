import { type ClientMessage, type Hello, type ServerMessage, serverMessage } from '../protocol/wire.js';
import type { ConnectionStatus } from './api.js';
import type { OpenSocket, SocketLike } from './socket.js';
import { Watched } from './watched.js';

export interface ConnectionOptions {
  readonly url: string;
  readonly open: OpenSocket;
  /** A connection stands: say what is wanted. */
  onHello(hello: Hello): void;
  onMessage(message: ServerMessage, hello: Hello): void;
  /** It is lost; another follows, unless the end was said. */
  onLost(): void;
}

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;
/** The server says something at least every 5 s. After this much silence it has as much again to say something. */
const SILENCE_MS = 7500;

/** One connection after the other, until the server says that it is the end or `close` is called. */
export class Connection {
  readonly status = new Watched<ConnectionStatus>({ type: 'connecting', attempt: 1 });
  readonly #options: ConnectionOptions;
  #socket: SocketLike | null = null;
  #hello: Hello | null = null;
  #attempt = 1;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  get hello(): Hello | null {
    return this.#hello;
  }

  /** Begins. */
  open(): void {
    this.status.set({ type: 'connecting', attempt: this.#attempt });
    let socket: SocketLike;
    try {
      socket = this.#options.open(this.#options.url);
    } catch {
      // An address that cannot be opened now may be one later; an impossible one shows in the status.
      return this.#wait();
    }
    this.#socket = socket;
    this.#listen();
    socket.addEventListener('message', ({ data }) => this.#socket === socket && this.#receive(data));
    // Heard, because one that nobody hears ends a Node process; a close follows it.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', () => this.#socket === socket && this.#lost());
  }

  /** False when there is no connection: what was to be said is lost. */
  send(message: ClientMessage): boolean {
    if (!this.#hello || !this.#socket) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.#end({ type: 'closed' });
  }

  #receive(data: unknown): void {
    this.#listen();
    const message = parse(data);
    if (!message) return;
    if (message.type === 'hello') {
      this.#hello = message;
      this.#attempt = 1;
      this.status.set({ type: 'open', hello: message });
      return this.#options.onHello(message);
    }
    if (!this.#hello) return;
    this.#options.onMessage(message, this.#hello);
    if (message.type === 'end') this.#end({ type: 'ended', reason: message.reason });
  }

  /**
   * A connection that was cut without a word is found by its silence. A process that was itself stopped, or busy, finds
   * its timer run out before it reads what has come meanwhile: only a second silence counts.
   */
  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
    }, SILENCE_MS);
  }

  #lost(): void {
    this.#drop();
    this.#wait();
    this.#options.onLost();
  }

  #wait(): void {
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#attempt - 1)) * (0.75 + Math.random() / 2);
    this.#attempt += 1;
    this.status.set({ type: 'waiting', attempt: this.#attempt, retryAt: Date.now() + delay });
    this.#retry = setTimeout(() => this.open(), delay);
  }

  #end(status: ConnectionStatus): void {
    if (isOver(this.status.get())) return;
    this.#drop();
    clearTimeout(this.#retry);
    this.status.set(status);
    this.#options.onLost();
  }

  #drop(): void {
    clearTimeout(this.#silence);
    const socket = this.#socket;
    this.#socket = null;
    this.#hello = null;
    socket?.close();
  }
}

function isOver({ type }: ConnectionStatus): boolean {
  return type === 'ended' || type === 'closed';
}

/** Null for what this version does not know: a newer server may say more. */
function parse(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null;
  const found = serverMessage.safeParse(JSON.parse(data));
  return found.success ? found.data : null;
}

import { Client } from '../../../src/transport/inspector/client/client.js';
import type { SocketLike } from '../../../src/transport/inspector/client/socket.js';
import type { ServerMessage } from '../../../src/transport/inspector/protocol/wire.js';
import type { Hub } from '../../../src/transport/inspector/service/hub.js';
import type { Session } from '../../../src/transport/inspector/service/session.js';

type Listener = (event: { readonly data: unknown }) => void;

/** Both ends of a connection in one process: it can be cut, and it can be stalled. */
export class Wire implements SocketLike {
  readonly #listeners = new Map<string, Listener[]>();
  readonly #session: Session | null;
  readonly #held: string[] = [];
  #isStalled = false;
  #isCut = false;

  constructor(
    hub: Hub,
    readonly onSent: (message: ServerMessage) => void = () => undefined,
  ) {
    this.#session = hub.open({
      send: (message) => this.#deliver(message),
      // A stalled client lets its socket fill at once.
      backlog: () => (this.#isStalled ? Number.MAX_SAFE_INTEGER : 0),
      isLeft: () => this.#isCut,
      end: () => this.cut(),
    });
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    this.#session?.receive(text);
  }

  close(): void {
    this.cut();
  }

  stall(): void {
    this.#isStalled = true;
  }

  flow(): void {
    this.#isStalled = false;
    for (const text of this.#held.splice(0)) this.#tell('message', text);
  }

  /** The connection is lost; what was on its way is lost too. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#session?.close('gone');
    this.#tell('close', '');
  }

  #deliver(message: ServerMessage): void {
    this.onSent(message);
    const text = JSON.stringify(message);
    if (this.#isStalled) this.#held.push(text);
    else this.#tell('message', text);
  }

  #tell(type: string, data: string): void {
    if (this.#isCut && type === 'message') return;
    // Never within the call that sent it: a network does not either.
    queueMicrotask(() => {
      for (const listener of this.#listeners.get(type) ?? []) listener({ data });
    });
  }
}

/** A client of a hub, with the wire that it uses at present. */
export function clientOf(hub: Hub): { readonly client: Client; wire(): Wire } {
  let wire: Wire | null = null;
  const client = new Client('ws://test', () => {
    wire = new Wire(hub);
    return wire;
  });
  return {
    client,
    wire: () => {
      if (!wire) throw new Error('it never connected');
      return wire;
    },
  };
}

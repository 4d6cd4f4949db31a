import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '../limits.js';
import type { ServerMessage } from '../protocol/wire.js';
import type { Hub } from '../service/hub.js';
import type { Sink } from '../service/sink.js';
import { openStately } from './stately.js';
import { textOf } from './text.js';

/** The WebSocket encoder: one JSON object per text frame. */
export class WebSocketDoor {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.message,
    perMessageDeflate: false,
    clientTracking: false,
  });

  constructor(readonly hub: Hub) {}

  /** A request that may pass, and how is spoken there. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, speaks: 'espalier' | 'stately'): void {
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      // Heard, because one that nobody hears would end the host; `ws` closes the connection by itself.
      webSocket.on('error', () => undefined);
      if (speaks === 'espalier') this.#open(webSocket);
      else openStately(this.hub, webSocket, new WebSocketSink(webSocket));
    });
  }

  #open(socket: WebSocket): void {
    const session = this.hub.open(new WebSocketSink(socket));
    if (!session) return;
    socket.on('message', (data, isBinary) => {
      if (isBinary) return session.close('binary frames are not spoken here');
      session.receive(data.toString());
    });
    socket.on('close', () => session.close('gone'));
  }
}

class WebSocketSink implements Sink {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(message: ServerMessage): void {
    this.sendText(textOf(message));
  }

  sendText(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  isLeft(): boolean {
    return this.#socket.readyState >= this.#socket.CLOSING;
  }

  end(reason: string): void {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    // Nothing, when the client has closed; then too it may never read what waits before the answer to that.
    this.#socket.close(1000, reason);
    const timer = setTimeout(() => this.#socket.terminate(), LIMITS.closeMs).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }
}

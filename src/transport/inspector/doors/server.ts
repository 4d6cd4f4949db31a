import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { codeOf, EspalierError } from '../../../errors.js';
import { LIMITS } from '../limits.js';
import type { Doors } from './doors.js';
import { Strangers } from './strangers.js';

type OpenDoors = Pick<Doors, 'admits' | 'handle' | 'upgrade'>;

const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5000 };

/** An HTTP server of the inspector's own, on this machine's loopback address alone. */
export class DoorServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #strangers = new Strangers();
  #isLettingGo = false;

  private constructor(doors: OpenDoors) {
    this.#server = createServer({ ...TIMES, maxHeaderSize: 16 * 1024 });
    this.#server.maxConnections = LIMITS.connections;
    this.#server.on('request', (request, response) => {
      this.#meet(doors, request);
      // A stranger asks once: its connection would be cut between two questions.
      if (this.#strangers.has(request.socket)) response.shouldKeepAlive = false;
      doors.handle(request, response);
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#meet(doors, request);
      doors.upgrade(request, socket, head);
    });
    // A connection that could not be taken is its client's to try again: it must not end the host.
    this.#server.on('error', (error) => process.emitWarning(error, 'EspalierWarning'));
    // What is no HTTP is answered by Node itself, and the connection ended.
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      this.#strangers.add(socket);
      if (this.#isLettingGo) socket.unref();
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  #meet(doors: OpenDoors, request: IncomingMessage): void {
    if (doors.admits(request)) this.#strangers.admit(request.socket);
  }

  /** @throws EspalierError `ESP_CONFLICT` when the port is taken */
  static async listen(doors: OpenDoors, port: number): Promise<DoorServer> {
    const made = new DoorServer(doors);
    await new Promise<void>((resolve, reject) => {
      made.#server.once('error', (cause) =>
        reject(
          new EspalierError(
            'ESP_CONFLICT',
            `the inspector cannot listen on 127.0.0.1:${port} (${codeOf(cause)}): name another port, or 0 for a free one`,
            { cause },
          ),
        ),
      );
      made.#server.listen(port, '127.0.0.1', resolve);
    });
    return made;
  }

  get port(): number {
    return portOf(this.#server.address());
  }

  /** An inspector does not keep its host alive. */
  unref(): void {
    this.#server.unref();
  }

  /** From now on no connection keeps the process alive either. */
  letGo(): void {
    this.#isLettingGo = true;
    for (const socket of this.#sockets) socket.unref();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // What was written has its moment to leave.
    const cut = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, 200);
    this.#server.closeIdleConnections();
    await closed;
    clearTimeout(cut);
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

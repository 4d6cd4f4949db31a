import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { EspalierError } from '../../../errors.js';
import { PORT_SOCKET } from '../launcher/launcher.js';

/** Hexadecimal digits of a token: 128 random bits. */
const TOKEN_LENGTH = 32;
/** How long a connection may take to introduce itself, in milliseconds. */
const INTRODUCTION_MS = 5_000;

/** A port that is on its way. */
export interface ExpectedPort {
  readonly token: string;
  readonly socket: Promise<Socket>;
  /** The program did not start: nobody will come. */
  cancel(): void;
}

/** The host's end of all ports: a Unix socket in its private folder, where each port introduces itself with a token. */
export class Ports {
  readonly #expected = new Map<string, (socket: Socket) => void>();
  #server: Server | undefined;
  #listening: Promise<void> | undefined;

  constructor(private readonly directory: string) {}

  async expect(): Promise<ExpectedPort> {
    this.#listening ??= this.#listen();
    await this.#listening;
    const token = randomBytes(TOKEN_LENGTH / 2).toString('hex');
    let arrived: Socket | undefined;
    const socket = new Promise<Socket>((resolve) => {
      this.#expected.set(token, (found) => {
        arrived = found;
        resolve(found);
      });
    });
    const cancel = () => {
      this.#expected.delete(token);
      arrived?.destroy();
    };
    return { token, socket, cancel };
  }

  async close(): Promise<void> {
    if (this.#listening === undefined) return;
    await this.#listening;
    this.#server?.close();
    rmSync(join(this.directory, PORT_SOCKET), { force: true });
  }

  async #listen(): Promise<void> {
    const server = createServer({ pauseOnConnect: true }, (socket) => this.#introduce(socket));
    this.#server = server;
    server.listen({ path: join(this.directory, PORT_SOCKET), backlog: 1024 });
    await once(server, 'listening');
    server.on('error', (error) => {
      throw new EspalierError('ESP_PLATFORM', `the port socket in ${this.directory} failed: ${error.message}`, {
        cause: error,
      });
    });
    server.unref();
  }

  /** Reads the token and nothing behind it: what follows is the program's own. */
  #introduce(socket: Socket): void {
    const give = (reason?: Error) => {
      clearTimeout(late);
      socket.off('readable', look).off('error', give).off('end', give);
      if (reason) socket.destroy();
    };
    const look = () => {
      const token: unknown = socket.read(TOKEN_LENGTH);
      if (!Buffer.isBuffer(token)) return;
      const key = token.toString('latin1');
      const receive = this.#expected.get(key);
      this.#expected.delete(key);
      give(receive ? undefined : new Error('unknown token'));
      receive?.(socket);
    };
    const late = setTimeout(give, INTRODUCTION_MS, new Error('no token'));
    late.unref();
    socket.on('error', give).on('end', give).on('readable', look);
  }
}

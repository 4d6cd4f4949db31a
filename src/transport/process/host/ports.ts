import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { EspalierError } from '../../../errors.js';
import { PORT_SOCKET } from '../contract/launcher.js';

/** Hexadecimal digits of a token: 128 random bits. */
const TOKEN_LENGTH = 32;
/** How long a connection may take to introduce itself, in milliseconds. */
const INTRODUCTION_MS = 5_000;
/** How long a port may take that was connected before its program started. */
const ARRIVAL_MS = 10_000;

/** A port that is on its way. */
export interface ExpectedPort {
  readonly token: string;
  /** Waits for it, once the program has started. Rejects with `ESP_SPAWN` when it does not come. */
  arrived(): Promise<Socket>;
  /** The program did not start: nobody will come. */
  cancel(): void;
}

/** The host's end of all ports: a Unix socket in its private folder, where each port introduces itself with a token. */
export class Ports {
  readonly #expected = new Map<string, (socket: Socket) => void>();
  #server: Server | undefined;
  #listening: Promise<void> | undefined;

  constructor(private readonly directory: string) {}

  /** Makes ready for one port. */
  async expect(): Promise<ExpectedPort> {
    await this.#ready();
    const token = randomBytes(TOKEN_LENGTH / 2).toString('hex');
    let here: Socket | undefined;
    const socket = new Promise<Socket>((resolve) => {
      this.#expected.set(token, (found) => {
        here = found;
        resolve(found);
      });
    });
    const cancel = () => {
      this.#expected.delete(token);
      here?.destroy();
    };
    return { token, arrived: () => within(socket, ARRIVAL_MS), cancel };
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#listening]);
    this.#server?.close();
    rmSync(join(this.directory, PORT_SOCKET), { force: true });
  }

  /** What kept it from listening may pass, as a shortage does: the next port tries again. */
  async #ready(): Promise<void> {
    const listening = this.#listening ?? this.#listen();
    this.#listening = listening;
    try {
      await listening;
    } catch (error) {
      if (this.#listening === listening) this.#listening = undefined;
      throw error;
    }
  }

  async #listen(): Promise<void> {
    const server = createServer({ pauseOnConnect: true }, (socket) => this.#introduce(socket));
    this.#server = server;
    const path = join(this.directory, PORT_SOCKET);
    server.listen({ path, backlog: 1024 });
    await once(server, 'listening');
    // What the umask has taken away.
    await chmod(path, 0o600);
    // A port that could not be taken is missed by its own start, which fails: it must not end the host.
    server.on('error', (error) => process.emitWarning(error, 'EspalierWarning'));
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

/** The port was connected before its program started, so a long wait means that it was lost. */
async function within(socket: Promise<Socket>, limitMs: number): Promise<Socket> {
  let late: NodeJS.Timeout | undefined;
  const missed = new Promise<never>((_, reject) => {
    const error = new EspalierError('ESP_SPAWN', `the program's port did not reach the host within ${limitMs} ms`);
    late = setTimeout(reject, limitMs, error);
  });
  try {
    return await Promise.race([socket, missed]);
  } finally {
    clearTimeout(late);
  }
}

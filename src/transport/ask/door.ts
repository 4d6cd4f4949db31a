import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { readLine } from './line.js';
import {
  type Answerer,
  ASK_LIMITS,
  ASK_SOCKET,
  QUESTION_NAMES,
  QUESTIONS,
  type QuestionName,
  type Reply,
} from './question.js';

/**
 * Where a living host answers other processes of its user: a Unix socket (0600) in its private folder (0700). One question
 * a connection, one line each way. It keeps no process alive.
 */
export class AskDoor {
  readonly #askers = new Set<Socket>();

  private constructor(
    private readonly path: string,
    private readonly server: Server,
    private readonly answerer: Answerer,
  ) {}

  /**
   * @param onFault hears of what failed later: an asker that cannot be let in, an answer that cannot be given
   * @throws what keeps it from listening there
   */
  static async open(directory: string, answerer: Answerer, onFault: (error: unknown) => void): Promise<AskDoor> {
    const path = join(directory, ASK_SOCKET);
    const server = createServer({ allowHalfOpen: true });
    server.maxConnections = ASK_LIMITS.askers;
    const door = new AskDoor(path, server, answerer);
    server.on('connection', (socket) => void door.#serve(socket).catch(onFault));
    server.listen(path);
    await once(server, 'listening');
    server.on('error', onFault);
    server.unref();
    await chmod(path, 0o600);
    return door;
  }

  /** Lets nobody in any more, and those who are in go. */
  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.#askers) socket.destroy();
    await rm(this.path, { force: true });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#askers.add(socket);
    socket.unref();
    const late = setTimeout(() => socket.destroy(), ASK_LIMITS.stayMs).unref();
    socket.on('close', () => {
      clearTimeout(late);
      this.#askers.delete(socket);
    });
    // An asker that went away misses its answer, and nobody else does: its end is the end of the matter.
    socket.on('error', () => socket.destroy());
    try {
      // Whoever breaks off, or asks too much, is no fault of the host.
      const line = await readLine(socket, ASK_LIMITS.question).catch(() => null);
      if (line === null) socket.destroy();
      else socket.end(`${JSON.stringify(await this.#replyTo(line))}\n`);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async #replyTo(line: string): Promise<Reply> {
    const asked = parse(line);
    const name = named.safeParse(asked).data?.ask ?? null;
    return name === null ? { refused: 'this host does not know that question' } : await this.#answer(name, asked);
  }

  async #answer<N extends QuestionName>(name: N, asked: unknown): Promise<Reply> {
    const found = QUESTIONS[name].question.safeParse(asked);
    if (!found.success) return { refused: `the question '${name}' does not fit` };
    return { answer: await this.answerer[name](found.data) };
  }
}

const named = z.looseObject({ ask: z.enum(QUESTION_NAMES) });

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // No question has that form.
    return undefined;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

type Message = { readonly t: string } & Readonly<Record<string, unknown>>;

/** A host that knows no more than the protocol: it says what it is told to, and keeps both sides. */
export class RawHost implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #connection: Socket;
  readonly #exit: Promise<unknown>;
  readonly #lines: [who: string, message: Message][] = [];
  readonly #heard: Message[] = [];
  #rest = '';

  constructor(program: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, ...environment, ESPALIER_FD: '3' },
    });
    this.#exit = once(this.#child, 'exit').then(([code]) => code);
    const connection = this.#child.stdio[3];
    if (!(connection instanceof Socket)) throw new Error('fd 3 is no socket');
    this.#connection = connection;
    connection.setEncoding('utf8').on('data', (text: string) => this.#take(text));
  }

  say(message: Message): void {
    this.#lines.push(['>', message]);
    this.#connection.write(`${JSON.stringify(message)}\n`);
  }

  /** Resolves with the next message of a type; those before it are kept in the transcript alone. */
  async hear(type: string): Promise<void> {
    for (;;) {
      const index = this.#heard.findIndex(({ t }) => t === type);
      if (index >= 0) return void this.#heard.splice(0, index + 1);
      await once(this.#connection, 'data');
    }
  }

  async ended(): Promise<unknown> {
    return await this.#exit;
  }

  transcript(line: (message: Message) => string): string {
    return this.#lines.map(([who, message]) => `${who} ${line(message)}\n`).join('');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** Nothing here sends bytes: a frame is a line. */
  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message: Message = JSON.parse(line);
      this.#lines.push(['<', message]);
      this.#heard.push(message);
    }
  }
}

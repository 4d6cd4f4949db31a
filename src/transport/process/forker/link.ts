import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, EspalierError } from '../../../errors.js';
import type { ProcessIdentity } from '../../../machines/process.js';
import { FORKER_VARIABLE, thisMachine } from '../identity.js';
import type { ToForker, ToHost } from './messages.js';
import { toHost } from './to-host.js';

export interface LinkOptions {
  readonly runId: string;
  readonly generation: number;
  readonly directory: string;
  /** What the forker says unasked. */
  readonly onMessage: (message: Extract<ToHost, { t: 'fifos' | 'exited' }>) => void;
  /** The forker is gone. Once, after every open question was rejected. */
  readonly onEnd: (why: EspalierError) => void;
}

type WithoutNumber<T> = T extends unknown ? Omit<T, 'n'> : never;

/** A question to a forker, before it gets its number. */
export type Unnumbered = WithoutNumber<Extract<ToForker, { n: number }>>;
/** An answer of a forker; refusals arrive as errors. */
export type Answer = Exclude<Extract<ToHost, { n: number }>, { t: 'refused' }>;

interface Asked {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: EspalierError) => void;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** One forker process, seen from its host: questions with answers, notices, and one end. */
export class ForkerLink {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Asked>();
  readonly #ready: Promise<ProcessIdentity>;
  readonly #gone: Promise<void>;
  #settleReady: ((result: ProcessIdentity | EspalierError) => void) | undefined;
  #next = 0;
  #lastWords = '';
  #ended: EspalierError | undefined;
  #holds = 0;

  constructor(private readonly options: LinkOptions) {
    this.#ready = new Promise((resolve, reject) => {
      this.#settleReady = (result) => (result instanceof EspalierError ? reject(result) : resolve(result));
    });
    this.#child = startForker(options.runId);
    this.#gone = new Promise((resolve) => {
      const end = (why: string) => resolve(this.#end(why));
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('exit', (code, signal) => end(`it ended with ${signal ?? code}`));
    });
    this.#child.on('message', (raw) => this.#receive(toHost.parse(raw)));
    const { runId, generation, directory } = options;
    this.tell({ t: 'start', runId, generation, directory, hostPid: process.pid });
    this.#hold();
    this.#ready.finally(() => this.#release()).catch(() => undefined);
  }

  /** Resolves when the forker can start programs; rejects with `ESP_SPAWN` when it ended before. */
  get ready(): Promise<ProcessIdentity> {
    return this.#ready;
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Keeps the host's event loop alive until `release`, as a child process would. */
  hold(): () => void {
    this.#hold();
    let held = true;
    return () => {
      if (held) this.#release();
      held = false;
    };
  }

  tell(message: ToForker): void {
    if (this.#ended || !this.#child.connected) return;
    // A broken channel shows as the end of the process; nothing more is to be learnt from the failed write.
    this.#child.send(message, () => undefined);
  }

  ask(question: Unnumbered): Promise<Answer> {
    if (this.#ended) return Promise.reject(this.#ended);
    const n = this.#next++;
    this.#hold();
    const answered = new Promise<Answer>((resolve, reject) => this.#asked.set(n, { resolve, reject }));
    this.tell({ ...question, n });
    return answered.finally(() => this.#release());
  }

  /** Lets go of a forker that has closed, and makes sure that it leaves. */
  async leave(withinMs: number): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    this.#hold();
    // Our own uncollected child: the signal can reach no other.
    const late = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    await this.#gone;
    clearTimeout(late);
    this.#release();
  }

  #receive(message: ToHost): void {
    switch (message.t) {
      case 'ready':
        return this.#settleReady?.({ ...thisMachine(), pid: this.#child.pid ?? 0, startTicks: message.startTicks });
      case 'fifos':
      case 'exited':
        return this.options.onMessage(message);
      case 'failed':
        this.#lastWords = message.message;
        return;
      case 'refused':
        return this.#take(message.n)?.reject(revive(message));
      case 'launched':
      case 'killed':
      case 'swept':
      case 'closed':
        return this.#take(message.n)?.resolve(message);
      default:
        return message satisfies never;
    }
  }

  #take(n: number): Asked | undefined {
    const asked = this.#asked.get(n);
    this.#asked.delete(n);
    return asked;
  }

  #end(why: string): void {
    if (this.#ended) return;
    const words = this.#lastWords === '' ? why : `${why}: ${this.#lastWords}`;
    const error = new EspalierError('ESP_SPAWN', `the forker process is gone (${words})`, {
      context: { generation: this.options.generation, pid: this.#child.pid },
    });
    this.#ended = error;
    this.#settleReady?.(error);
    for (const asked of [...this.#asked.values()]) asked.reject(error);
    this.#asked.clear();
    this.options.onEnd(error);
  }

  #hold(): void {
    if (this.#holds++ > 0) return;
    this.#child.ref();
    this.#child.channel?.ref();
  }

  #release(): void {
    if (--this.#holds > 0) return;
    this.#child.unref();
    this.#child.channel?.unref();
  }
}

function startForker(runId: string): ChildProcess {
  // Options such as --inspect or --require are the host's own business.
  return spawn(process.execPath, [MAIN], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, [FORKER_VARIABLE]: runId, NODE_OPTIONS: '', NODE_CHANNEL_FD: undefined },
  });
}

function revive({ code, message, context }: Extract<ToHost, { t: 'refused' }>): EspalierError {
  return new EspalierError(isErrorCode(code) ? code : 'ESP_SPAWN', message, { context });
}

function isErrorCode(code: string): code is ErrorCode {
  return code === 'ESP_SPAWN' || code === 'ESP_STOPPED' || code === 'ESP_QUARANTINED' || code === 'ESP_INVALID';
}

import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { codeOf, type ErrorCode, EspalierError } from '../../../errors.js';
import type { RunId } from '../../../ids.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import { shortageIn } from '../../../machines/process/shortage.js';
import { TransientMap } from '../../../transient-map.js';
import { isStopped } from '../helpers/helpers.js';
import { FORKER_VARIABLE, HELPER_VARIABLE } from '../proc/identity.js';
import { scriptPath } from '../scripts/guard.js';
import type { ToForker, ToHost } from './messages.js';
import { toHost } from './to-host.js';
import { Vigil } from './vigil.js';

type WithoutNumber<T> = T extends unknown ? Omit<T, 'n'> : never;

/** A question to a forker, before it gets its number. */
export type Unnumbered = WithoutNumber<Extract<ToForker, { n: number }>>;
/** An answer of a forker; refusals arrive as errors. */
export type Answer = Exclude<Extract<ToHost, { n: number }>, { t: 'refused' }>;
/** What a forker says unasked. */
export type Notice = Extract<ToHost, { t: 'ready' | 'guardian' | 'fifos' | 'exited' | 'ended' }>;

interface Asked {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: EspalierError) => void;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** How long who watches over a forker that is gone may take to leave as well, in milliseconds. */
const UNWATCHED_MS = 1_000;

/** One forker process, seen from its host: questions with answers, notices, and one end. */
export class ForkerLink {
  /** Resolves when the process is gone; every open question was rejected before. */
  readonly gone: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  readonly #asked = new TransientMap<number, Asked>();
  #next = 0;
  #lastWords = '';
  #ended: EspalierError | undefined;
  #holds = 0;
  #isBooted = false;
  readonly #vigil = new Vigil({
    ask: () => this.tell({ t: 'ping' }),
    isStopped: () => isStopped(this.pid),
    // Our own uncollected child: no signal can reach another.
    wake: () => void this.#child.kill('SIGCONT'),
    giveUp: (silentMs) => this.#giveUp(silentMs),
  });

  /** @param folder what it removes if the host dies before it has told it anything, if that is its own alone */
  constructor(
    runId: RunId,
    folder: string | null,
    private readonly onNotice: (notice: Notice) => void,
  ) {
    this.#child = startForker(runId, folder);
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        // An error after the start is one of a message or a signal: the process is not over with it.
        if (this.#child.pid === undefined) resolve(this.#end({ code: null, signal: null }, error.message));
      });
      this.#child.once('exit', (code, signal) =>
        resolve(this.#end({ code, signal }, `it ended with ${signal ?? code}`)),
      );
    });
    this.#child.on('message', (raw) => this.#receive(toHost.parse(raw)));
    this.#child.unref();
    this.#child.channel?.unref();
    // Reading shows when the other end closes. Nobody writes there; a reset is a close like any other.
    const lifeline = this.#lifeline;
    lifeline?.on('error', () => lifeline.destroy()).resume();
    lifeline?.unref();
    void this.gone.then(() => lifeline?.end('over\n'));
  }

  /** Why it is gone, or undefined while it lives. */
  get ended(): EspalierError | undefined {
    return this.#ended;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Keeps the host's event loop alive, as a child process would, until the answer is called. */
  hold(): () => void {
    this.#hold(1);
    let held = true;
    return () => {
      if (held) this.#hold(-1);
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
    const release = this.hold();
    const answered = new Promise<Answer>((resolve, reject) => this.#asked.set(n, { resolve, reject }));
    this.tell({ ...question, n });
    return answered.finally(release);
  }

  /** Lets go of the forker, which then ends everything and leaves; kills it if it does not. */
  async leave(withinMs: number): Promise<void> {
    const release = this.hold();
    this.tell({ t: 'leave' });
    if (this.#child.connected) this.#child.disconnect();
    // Our own uncollected child: the signal can reach no other.
    const late = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    await this.gone;
    clearTimeout(late);
    await this.#unwatched();
    release();
  }

  /** The socket on which a process of the forker's group waits for the end of this host. */
  get #lifeline(): Socket | null {
    const [, , , , lifeline] = this.#child.stdio;
    return lifeline instanceof Socket ? lifeline : null;
  }

  /** Resolves when nobody waits for this host's end any more. */
  async #unwatched(): Promise<void> {
    const lifeline = this.#lifeline;
    if (lifeline === null || lifeline.closed) return;
    lifeline.ref();
    const closed = new Promise<void>((resolve) => lifeline.once('close', () => resolve()));
    // Stopped, it still holds the number of the forker's group: the signal can reach no other.
    const late = setTimeout(() => this.#killGroup(), UNWATCHED_MS);
    await closed;
    clearTimeout(late);
  }

  #killGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }

  /** What it started goes with it, as when it dies: a forker that does not answer can prove nothing any more. */
  #giveUp(silentMs: number): void {
    const hint = 'where few processes are allowed (ulimit -u) it cannot be loaded';
    this.#lastWords = this.#isBooted
      ? `it had not answered for ${silentMs / 1000} s and was killed`
      : `it was not loaded after ${silentMs / 1000} s and was killed; ${hint}`;
    this.#child.kill('SIGKILL');
  }

  #receive(message: ToHost): void {
    switch (message.t) {
      case 'pong':
        return this.#vigil.answered();
      case 'ready':
        this.#isBooted = true;
        this.#vigil.booted();
        return this.onNotice(message);
      case 'guardian':
      case 'fifos':
      case 'exited':
      case 'ended':
        return this.onNotice(message);
      case 'failed':
        this.#lastWords = message.message;
        return;
      case 'refused':
        return this.#asked.take(message.n)?.reject(revive(message));
      case 'launched':
      case 'killed':
      case 'swept':
      case 'closed':
        return this.#asked.take(message.n)?.resolve(message);
      default:
        return message satisfies never;
    }
  }

  #end(exit: ProcessExit, why: string): ProcessExit {
    const words = this.#lastWords === '' ? why : `${why}: ${this.#lastWords}`;
    const text = `the forker process ${this.pid} is gone (${words}); what it started went with it`;
    this.#ended = new EspalierError('ESP_SPAWN', text, {
      // A helper that could not be started for want of something is no failure of the work either.
      context: { reason: shortageIn(words) ?? 'forker gone', pid: this.pid },
    });
    for (const asked of [...this.#asked.values()]) asked.reject(this.#ended);
    this.#asked.clear();
    this.#vigil.end();
    return exit;
  }

  #hold(change: 1 | -1): void {
    this.#holds += change;
    const hold = this.#holds > 0 ? 'ref' : 'unref';
    this.#child[hold]();
    this.#child.channel?.[hold]();
    if (this.#holds > 0 && !this.#ended) this.#vigil.begin();
    else this.#vigil.end();
  }
}

function startForker(runId: RunId, folder: string | null): ChildProcess {
  const { NODE_OPTIONS: _options, NODE_CHANNEL_FD: _channel, ...env } = process.env;
  const words = [scriptPath('forker.sh'), runId, process.execPath, MAIN, ...(folder === null ? [] : [folder])];
  // Options such as --inspect or --require are the host's own business.
  return spawn('/bin/sh', words, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    env: { ...env, [FORKER_VARIABLE]: runId, [HELPER_VARIABLE]: runId },
  });
}

function revive({ code, message, context }: Extract<ToHost, { t: 'refused' }>): EspalierError {
  return new EspalierError(isErrorCode(code) ? code : 'ESP_SPAWN', message, { context });
}

function isErrorCode(code: string): code is ErrorCode {
  return code === 'ESP_SPAWN' || code === 'ESP_STOPPED' || code === 'ESP_QUARANTINED' || code === 'ESP_INVALID';
}

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { arch, constants as system } from 'node:os';
import { fileURLToPath } from 'node:url';
import { getSystemErrorName } from 'node:util';
import { EspalierError } from '../../../errors.js';
import { launchFrame, pingFrame, type ZygoteOrder } from './orders.js';
import { ZygoteProgram } from './program.js';
import { type Report, ReportReader, type Stage } from './reports.js';

/** Bytes for a watcher's command line, as `ps` shows it, and for its cookie. */
const LINE_ROOM = 1024;
const COOKIE_ROOM = 4096;
/** How long the zygote may take to leave when it is let go of, in milliseconds. */
const ZYGOTE_LEAVE_MS = 2_000;

/** A start that failed, as the system said it. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  /** The system's name for it, such as `ENOENT`. */
  readonly code: string;

  constructor(
    errno: number,
    readonly stage: Stage,
  ) {
    const code = nameOf(errno);
    super(`${stage}: ${code}`);
    this.code = code;
  }
}

function nameOf(errno: number): string {
  // libuv has no name for it.
  return errno === system.errno.ENOEXEC ? 'ENOEXEC' : getSystemErrorName(-errno);
}

interface Waiter {
  readonly resolve: (program: ZygoteProgram) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the zygote of this build is, or null where it could not be compiled for this machine. */
export function zygotePath(): string | null {
  const path = fileURLToPath(new URL(`./zygote-${arch()}`, import.meta.url));
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    // Built without a C compiler, or for another machine: `sh` does the same, more slowly.
    return null;
  }
}

/** The process that forks for this one, and the programs that it runs. */
export class Zygote {
  readonly #child: ChildProcess;
  readonly #starting = new Map<number, Waiter>();
  readonly #programs = new Map<number, ZygoteProgram>();
  readonly #asked: (() => void)[] = [];
  #next = 1;
  #gone: EspalierError | undefined;

  /**
   * @param lock the file of its host's lock, which it is to hold too; null for none
   * @param onGone called once, when it is gone without having been closed: its programs are going, unseen
   */
  constructor(
    path: string,
    lock: string | null,
    private readonly onGone: (error: EspalierError) => void,
  ) {
    this.#child = spawn(path, [' '.repeat(LINE_ROOM), ...(lock === null ? [] : [lock])], {
      argv0: 'espalier-zygote',
      cwd: '/',
      env: { ROOM: ' '.repeat(COOKIE_ROOM) },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const reader = new ReportReader();
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      for (const report of reader.read(chunk)) this.#take(report);
    });
    // A broken pipe is the end of the process, which shows as such.
    this.#child.stdin?.on('error', () => undefined);
    this.#child.once('error', (error) => this.#end(error.message));
    this.#child.once('exit', (code, signal) => this.#end(`it ended with ${signal ?? code}`));
  }

  /** Starts a program. Rejects with a `StartFailure`, or `ESP_SPAWN` when the zygote is gone. */
  start(order: ZygoteOrder): Promise<ZygoteProgram> {
    if (this.#gone) return Promise.reject(this.#gone);
    const id = this.#next;
    this.#next = (id % 0xffff_ffff) + 1;
    return new Promise((resolve, reject) => {
      this.#starting.set(id, { resolve, reject });
      this.#tell(launchFrame(id, order));
    });
  }

  /** Resolves once it has given a sign of life, or is gone. Asked again before that, it is woken. */
  answers(): Promise<void> {
    if (this.#gone) return Promise.resolve();
    if (this.#asked.length > 0) this.wake();
    return new Promise((resolve) => {
      this.#asked.push(resolve);
      this.#tell(pingFrame());
    });
  }

  /** It goes on, should somebody have stopped it. Our own uncollected child: the signal can reach no other. */
  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** Lets go of it, and of every program with it. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#gone ??= new EspalierError('ESP_STOPPED', 'this host has stopped; it starts no more programs');
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.stdin?.end();
    this.wake();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), ZYGOTE_LEAVE_MS);
    await gone;
    clearTimeout(late);
  }

  #tell(frame: Buffer): void {
    if (!this.#gone) this.#child.stdin?.write(frame);
  }

  #take(report: Report): void {
    switch (report.t) {
      case 'started': {
        const program = new ZygoteProgram(report.id, report.pid, report.startTicks, (frame) => this.#tell(frame));
        this.#programs.set(report.id, program);
        return this.#answer(report.id)?.resolve(program);
      }
      case 'failed':
        return this.#answer(report.id)?.reject(new StartFailure(report.errno, report.stage));
      case 'exited':
        if (this.#programs.get(report.id)?.reap(report)) this.#programs.delete(report.id);
        return;
      case 'unwatched':
        if (this.#programs.get(report.id)?.unwatch(report)) this.#programs.delete(report.id);
        return;
      case 'alive':
        return this.#asked.shift()?.();
      default:
        return report satisfies never;
    }
  }

  #answer(id: number): Waiter | undefined {
    const waiter = this.#starting.get(id);
    this.#starting.delete(id);
    return waiter;
  }

  #end(why: string): void {
    if (this.#gone) return;
    this.#gone = new EspalierError('ESP_SPAWN', `the zygote is gone (${why}); what it started goes with it`);
    for (const { reject } of this.#starting.values()) reject(this.#gone);
    this.#starting.clear();
    for (const resolve of this.#asked.splice(0)) resolve();
    this.onGone(this.#gone);
  }
}

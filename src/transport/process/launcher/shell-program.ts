import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { codeOf, EspalierError } from '../../../errors.js';
import type { ProcessExit } from '../../../machines/process/process.js';
import { nowTicks, startTicksOf } from '../proc/proc.js';
import type { Program } from './program.js';

/** How long the watcher gets to kill its own group before the group is named from here. */
const WATCHER_MS = 20;

/** A program that a guard became; its lifeline is fd 4 of the guard. */
export class ShellProgram implements Program {
  readonly startTicks: number;
  readonly exited: Promise<ProcessExit>;
  readonly over: Promise<void>;
  readonly #lifeline: Socket;
  #isReaped = false;
  #heldUntil: number | undefined;
  #isStruck = false;

  constructor(
    readonly pid: number,
    private readonly child: ChildProcess,
  ) {
    // The child is not collected yet, so this is its own stat even if it has ended.
    this.startTicks = startTicksOf(pid);
    const lifeline = child.stdio[4];
    if (!(lifeline instanceof Socket)) throw new EspalierError('ESP_SPAWN', 'a program was spawned without a lifeline');
    this.#lifeline = lifeline;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#isReaped = true;
        resolve({ code, signal });
      });
    });
    // An error of a child that has started is a signal that was refused; its end shows that.
    child.on('error', () => undefined);
    // Reading shows when the watcher's end closes. Nobody writes; a reset is a close like any other.
    const closed = new Promise<void>((resolve) => lifeline.once('close', () => resolve()));
    lifeline.on('error', () => lifeline.destroy()).resume();
    this.over = Promise.all([this.exited, closed]).then(() => {
      // Nobody holds the number any more. If that was no kill of ours, it has been so for an instant already.
      this.#heldUntil ??= nowTicks() - 1;
    });
  }

  get isReaped(): boolean {
    return this.#isReaped;
  }

  get isWatched(): boolean {
    return !this.#lifeline.closed;
  }

  get heldUntil(): number {
    return this.#heldUntil ?? nowTicks();
  }

  /** Never inside an exit callback: a sibling may be reaped and unreported there. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#isReaped) setImmediate(() => void (!this.#isReaped && this.child.kill(signal)));
  }

  kill(): void {
    if (this.#isStruck || (this.#isReaped && !this.isWatched)) return;
    this.#isStruck = true;
    this.#heldUntil = nowTicks();
    this.#lifeline.end();
    // An uncollected child keeps its number, so its group can be named from here without waiting for the watcher.
    if (!this.#isReaped) this.#signalGroup();
    const late = setTimeout(() => {
      // A stopped watcher still pins the group.
      if (this.isWatched) this.#signalGroup();
    }, WATCHER_MS);
    void this.over.then(() => clearTimeout(late));
  }

  #signalGroup(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      // Where all members belong to another user it is refused; then they stay, and that shows.
      if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
    }
  }
}

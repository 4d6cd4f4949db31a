import { constants } from 'node:os';
import type { ProcessExit } from '../../../machines/process/process.js';
import type { Program } from '../launcher/program.js';
import { nowTicks } from '../proc/proc.js';
import { killFrame, signalFrame } from './orders.js';
import type { Report } from './reports.js';

/** Names by number; the first name of a number is the one that Node uses too. */
const SIGNAL_NAMES = new Map(
  Object.entries(constants.signals)
    .reverse()
    .map(([name, number]): [number, string] => [number, name]),
);

/** A program whose parent is the zygote. */
export class ZygoteProgram implements Program {
  readonly exited: Promise<ProcessExit>;
  readonly over: Promise<void>;
  #isReaped = false;
  #isWatched = true;
  #lastHeld = 0;
  #exit: (exit: ProcessExit) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(
    private readonly id: number,
    readonly pid: number,
    readonly startTicks: number,
    private readonly tell: (frame: Buffer) => void,
  ) {
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    this.over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isReaped(): boolean {
    return this.#isReaped;
  }

  get isWatched(): boolean {
    return this.#isWatched;
  }

  get heldUntil(): number {
    return this.#isReaped && !this.#isWatched ? this.#lastHeld : nowTicks();
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#isReaped) this.tell(signalFrame(this.id, constants.signals[signal]));
  }

  kill(): void {
    this.tell(killFrame(this.id));
  }

  /** The zygote collected it. The answer says whether nothing more is to come. */
  reap({ code, signal, at }: Extract<Report, { t: 'exited' }>): boolean {
    this.#isReaped = true;
    this.#exit({ code, signal: signal === null ? null : (SIGNAL_NAMES.get(signal) ?? `SIG${signal}`) });
    return this.#settle(at);
  }

  /** The watcher is gone. The answer says whether nothing more is to come. */
  unwatch({ at }: Extract<Report, { t: 'unwatched' }>): boolean {
    this.#isWatched = false;
    return this.#settle(at);
  }

  #settle(at: number): boolean {
    this.#lastHeld = Math.max(this.#lastHeld, at);
    const isOver = this.#isReaped && !this.#isWatched;
    if (isOver) this.#end();
    return isOver;
  }
}

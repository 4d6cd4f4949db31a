import type { Clock } from '../clock.js';
import { tell } from '../listener.js';
import type { NewJournalEvent } from '../machines/events.js';
import type { ActorExit } from '../machines/exits/exit.js';
import { toExitRecord } from '../machines/exits/exit-record.js';
import { Collapse, QUIET_MS } from '../machines/report/collapse.js';
import { type Report, troubleOf } from '../machines/report/report.js';
import { reportText } from '../machines/report/text.js';
import { hostStderr } from '../transport/stderr/printer.js';

/** Hears of each report, in place of standard error. What it throws, or rejects with, is a warning. */
export type ReportListener = (report: Report) => unknown;

/** The exit code of a process whose tree has ended by itself, unless the host has set one: `EX_SOFTWARE`. */
const EXIT_ENDED = 70;

/** Reports that wait for the end of the start, at most. */
const HELD = 100;

export interface ReporterOptions {
  /** The name of the system. */
  readonly system: string;
  readonly clock: Clock;
  readonly onReport: ReportListener | undefined;
  /** What the listener threw. */
  onFault(error: unknown): void;
}

/** Sees to it that crashes are heard: on standard error, or by whoever asked for them. What repeats itself is counted. */
export class Reporter {
  readonly #options: ReporterOptions;
  readonly #collapse = new Collapse();
  /** What is held back until the system has started: a start that fails tells its caller. */
  #held: Report[] | null = [];
  #timer: unknown = null;
  #isClosed = false;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  hear(event: NewJournalEvent): void {
    const trouble = troubleOf(event);
    if (trouble) this.#report({ error: null, lastWords: '', ...trouble, ...this.#frame() });
  }

  /** The system has started: from now on what goes wrong has no caller. */
  started(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const report of held) this.#admit(report);
  }

  /** The tree has ended although nobody stopped it. */
  ended(exit: ActorExit): void {
    // What watches over the process must not take this for a success. A start that failed is its caller's to judge.
    const hasStarted = this.#held === null;
    if (hasStarted) process.exitCode ??= EXIT_ENDED;
    this.started();
    // What led to it is told first.
    this.#sayRepeats(Number.POSITIVE_INFINITY);
    const consequence = hasStarted ? `; the exit code of this process is now ${process.exitCode}` : '';
    const message = `the system has ended by itself, after ${reasonOf(exit)}${consequence}`;
    this.#report({ type: 'system.ended', path: '/', message, error: null, lastWords: '', ...this.#frame() });
  }

  close(): void {
    this.#sayRepeats(Number.POSITIVE_INFINITY);
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#timer);
    hostStderr.flush();
  }

  #frame(): Pick<Report, 'system' | 'repeats' | 'at'> {
    return { system: this.#options.system, repeats: 0, at: this.#options.clock.now() };
  }

  #report(report: Report): void {
    if (this.#held === null) this.#admit(report);
    else if (this.#held.length < HELD) this.#held.push(report);
  }

  #admit(report: Report): void {
    const now = this.#collapse.admit(report);
    if (now) this.#say(now);
    this.#arm();
  }

  #sayRepeats(now: number): void {
    for (const report of this.#collapse.take(now)) this.#say(report);
  }

  #arm(): void {
    const { clock } = this.#options;
    if (this.#isClosed || this.#timer !== null || this.#collapse.due === null) return;
    this.#timer = clock.setTimeout(() => {
      this.#timer = null;
      this.#sayRepeats(clock.now());
      this.#arm();
    }, QUIET_MS);
  }

  #say(report: Report): void {
    const { onReport, onFault } = this.#options;
    if (!onReport) {
      if (!hostStderr.write(reportText(report))) hostStderr.drop(`espalier ${report.system}`, 1);
      return;
    }
    tell(() => onReport(report), onFault);
  }
}

/** Why a tree ended, as part of a sentence. */
export function reasonOf(exit: ActorExit): string {
  const { kind, error, reason } = toExitRecord(exit);
  if (error) return `${error.message} (${error.code})`;
  if (typeof reason === 'string') return reason;
  if (typeof reason !== 'object' || reason === null) return kind;
  const { type, child, reason: last } = { type: kind, child: '', reason: '', ...reason };
  return [type.replaceAll('_', ' '), child && `by ${child}`, last && `(${last})`].filter(Boolean).join(' ');
}

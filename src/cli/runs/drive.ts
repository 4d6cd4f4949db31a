import { setTimeout as wait } from 'node:timers/promises';
import type { Run, RunRecord, SlotRow } from '../../index.js';
import { tell } from '../print/diagnostics.js';
import { Output } from '../print/output.js';
import { formatCounts, ProgressDisplay } from '../print/progress.js';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, report } from '../print/report.js';
import { formatRow } from '../print/row.js';
import { formatDuration } from '../print/table.js';
import { Signals } from './signals.js';

export interface DriveOptions {
  /** Which rows are printed: all of the run, or those committed from now on. */
  readonly from: 'start' | 'here';
  /** Print rows as their slots end. */
  readonly unordered?: boolean;
  /** Neither progress nor summary. */
  readonly quiet: boolean;
  readonly debug: boolean;
  /** The command that goes on with the run, for the summary. */
  readonly goOn: string;
  /** Where the run can be looked at, if it can. */
  readonly inspector: string | undefined;
}

/** What is driven of a run. */
export type DrivenRun = Pick<Run, 'id' | 'record' | 'done' | 'pause' | 'stop' | 'committed' | 'finished'>;

/** How often a run that another process paused is looked at, in milliseconds. */
const PAUSED_MS = 200;

/** Prints a run's rows until it ends, and ends it when asked to. Answers the exit code; what goes wrong is reported. */
export async function drive(run: DrivenRun, options: DriveOptions): Promise<number> {
  const startedAt = Date.now();
  const failures: unknown[] = [];
  const fail = (error: unknown): null => {
    failures.push(error);
    return null;
  };
  const record = await new Drive(run, options, Output.of(process.stdout), fail).toItsEnd().catch(fail);
  if (record && !options.quiet) tell(`${summarise(record, Date.now() - startedAt, options.goOn)}\n`);
  for (const failure of failures) report(failure, options.debug);
  // How it ended is not known, and whoever reads the failure wants to know whether that was all.
  if (!record) tell(`run ${run.id} was left before its end was known; go on with: ${options.goOn}\n`);
  return record && failures.length === 0 ? exitCode(record) : EXIT_FAILED;
}

/** 0 when every slot succeeded, 1 when some did not, 130 when the run has not come to its end. */
export function exitCode({ status, counts, total }: RunRecord): number {
  if (status !== 'completed') return EXIT_INTERRUPTED;
  return counts.succeeded === total ? EXIT_OK : EXIT_FAILED;
}

class Drive {
  readonly #printed = new Set<number>();
  /** Whether this process was asked to end, and not the run alone by another. */
  #leaving = false;

  constructor(
    readonly run: DrivenRun,
    readonly options: DriveOptions,
    readonly output: Output,
    readonly onFailure: (error: unknown) => void,
  ) {}

  async toItsEnd(): Promise<RunRecord> {
    const { run, output, options } = this;
    using display = options.quiet
      ? null
      : new ProgressDisplay(process.stderr, tell, async () => progressOf(await run.record()));
    using _signals = new Signals({
      pause: () => this.#leave(run.pause()),
      pausing: () => display?.say('pausing: what runs is awaited; Ctrl-C again stops it'),
      stop: (signal) => this.#leave(run.stop(), display, `stopping (${signal})`),
    });
    output.closed.addEventListener('abort', () => this.#leave(run.stop()), { once: true });
    // Not before signals are heard: whoever waits for this line may send one at once.
    tell(`run ${run.id}\n`);
    if (options.inspector !== undefined) tell(`inspect ${options.inspector}\n`);
    for (;;) {
      await this.#print(display);
      const record = await run.done();
      if (record.status !== 'paused' || this.#leaving) return record;
      display?.say(`paused by another process; go on with: ${options.goOn}`);
      await this.#untilResumed();
    }
  }

  #leave(request: Promise<unknown>, display?: ProgressDisplay | null, saying = ''): void {
    this.#leaving = true;
    if (saying !== '') display?.say(saying);
    request.catch(this.onFailure);
  }

  /**
   * After a pause the rows come again from where this handle began, and without order some end before they are looked at:
   * what is printed is passed over, what is not comes last.
   */
  async #print(display: ProgressDisplay | null): Promise<void> {
    const { run, options } = this;
    if (options.unordered) for await (const row of run.finished()) await this.#line(row, display);
    for await (const row of run.committed({ from: options.from })) await this.#line(row, display);
  }

  async #line(row: SlotRow, display: ProgressDisplay | null): Promise<void> {
    if (this.#printed.has(row.index)) return;
    this.#printed.add(row.index);
    // On one terminal a row begins where the bar stands.
    if (process.stdout.isTTY) display?.giveWay();
    await this.output.line(formatRow(row));
  }

  async #untilResumed(): Promise<void> {
    while (!this.#leaving && (await this.run.record()).status === 'paused') await wait(PAUSED_MS);
  }
}

function progressOf({ total, counts }: RunRecord) {
  return { total, counts, committed: committedOf(counts) };
}

function committedOf(counts: RunRecord['counts']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function summarise({ status, total, counts }: RunRecord, elapsedMs: number, goOn: string): string {
  const parts = formatCounts(counts).join(', ') || 'nothing to do';
  if (status === 'completed') return `completed: ${parts} in ${formatDuration(elapsedMs)}`;
  return `${status}: ${committedOf(counts)} of ${total} committed; go on with: ${goOn}`;
}

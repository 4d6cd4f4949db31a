import { formatDuration } from './table.js';

/** How far a run has come. */
export interface Progress {
  readonly total: number;
  readonly committed: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** How often the line on a terminal is redrawn, and how often a line is written elsewhere, in milliseconds. */
const REDRAW_MS = 100;
const SPARSE_MS = 10_000;
const BAR = 24;

/** One line: `[######------] 12/48 · 1 failed · 3.2 s`. */
export function formatProgress(progress: Progress, elapsedMs: number): string {
  const { total, committed } = progress;
  const filled = total === 0 ? BAR : Math.floor((committed / total) * BAR);
  const parts = [`[${'#'.repeat(filled).padEnd(BAR, '-')}] ${committed}/${total}`];
  parts.push(...formatCounts({ ...progress.counts, succeeded: 0 }), formatDuration(elapsedMs));
  return parts.join(' · ');
}

/** `10 succeeded`, `2 timed out`, …: what there is at least one of. */
export function formatCounts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([status, count]) =>
    count > 0 ? [`${count} ${status.replaceAll('_', ' ')}`] : [],
  );
}

/** Shows progress on standard error until disposed: a line that is redrawn on a terminal, now and then a line elsewhere. */
export class ProgressDisplay implements Disposable {
  readonly #stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;
  readonly #tell: (text: string) => void;
  readonly #read: () => Promise<Progress>;
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  #drawn = '';
  #reading = false;
  #disposed = false;

  /** @param stream what `tell` writes to */
  constructor(
    stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>,
    tell: (text: string) => void,
    read: () => Promise<Progress>,
  ) {
    this.#stream = stream;
    this.#tell = tell;
    this.#read = read;
    this.#timer = setInterval(() => this.#update(), stream.isTTY ? REDRAW_MS : SPARSE_MS);
    // A display alone keeps no process alive.
    this.#timer.unref();
  }

  /** Writes a line for people, above the bar if there is one. */
  say(line: string): void {
    this.giveWay();
    this.#tell(`${line}\n`);
  }

  /** Takes the bar away until it is drawn again, so that something else can stand in its line. */
  giveWay(): void {
    if (this.#drawn !== '') this.#tell('\r\u001b[K');
    this.#drawn = '';
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearInterval(this.#timer);
    this.giveWay();
  }

  #update(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#read().then(
      (progress) => this.#draw(progress),
      // Whoever waits for the run is told the same; a display has nothing to add.
      () => clearInterval(this.#timer),
    );
  }

  #draw(progress: Progress): void {
    this.#reading = false;
    if (this.#disposed) return;
    const line = formatProgress(progress, Date.now() - this.#startedAt);
    if (!this.#stream.isTTY) this.#tell(`${line}\n`);
    else {
      this.giveWay();
      this.#drawn = line.slice(0, Math.max(0, (this.#stream.columns || 80) - 1));
      this.#tell(this.#drawn);
    }
  }
}

import { WORKER_ID, type WorkerAddress } from '../actors/worker/seat-driver.js';
import type { LineListener, LineSource, Stdio } from '../actors/worker/stdio.js';
import type { Clock } from '../clock.js';
import { tell } from '../listener.js';
import type { LogStore } from '../persistence/store.js';
import { isRefusal } from '../store-refusal.js';
import { Capture } from '../transport/process/capture.js';
import type { SpawnedProcess } from '../transport/process/contract/spawner.js';
import type { Printer } from '../transport/stderr/printer.js';
import { LineCutter } from './line-cutter.js';
import { Turns } from './turns.js';

/** What is kept of each stream, in bytes. */
const KEPT = 64 * 1024;
/** How often what is new goes to the store, in milliseconds. */
const FLUSH_MS = 500;

export interface ProcessLogsOptions {
  readonly logs: Pick<LogStore, 'append'>;
  readonly clock: Clock;
  readonly printer: Printer;
  /** For those whose pool or service does not say. */
  readonly stdio: Stdio | undefined;
  onFault(error: unknown): void;
}

type Printing = Pick<SpawnedProcess, 'stdout' | 'stderr' | 'exited'>;

interface Log {
  readonly path: string;
  readonly incarnation: number;
  readonly capture: Capture;
  /** One chunk at a time, for they are in order. */
  isWriting: boolean;
}

/** Takes what workers and services print to where it is heard, and to the store. It holds up neither them nor the host. */
export class ProcessLogs {
  readonly #options: ProcessLogsOptions;
  readonly #pending = new Set<Log>();
  readonly #writing = new Set<Promise<void>>();
  readonly #turns: Turns;
  #timer: unknown = null;
  #isClosed = false;

  constructor(options: ProcessLogsOptions) {
    this.#options = options;
    this.#turns = new Turns(options.clock);
  }

  /** Begins with a process that was spawned. */
  follow({ path, incarnation }: WorkerAddress, { stdout, stderr, exited }: Printing, own: Stdio | undefined): void {
    const stdio = own ?? this.#options.stdio ?? 'inherit';
    if (stdio === 'ignore') return;
    const suffix = `/${WORKER_ID}`;
    const at = path.endsWith(suffix) ? path.slice(0, -suffix.length) : path;
    const log: Log = { path: at, incarnation, capture: new Capture(KEPT), isWriting: false };
    const streams = { stdout, stderr } as const;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (stdio !== 'log') this.#hear(streams[stream], { path: at, incarnation, stream }, stdio);
      // Armed by what is there: a thousand quiet services cost nothing.
      streams[stream].on('data', (chunk: Buffer) => {
        this.#turns.spoke(streams[stream], chunk.length);
        this.#wake(log);
      });
    }
    log.capture.attach(stdout, stderr);
    void exited.then(() => {
      for (const stream of [stdout, stderr]) this.#turns.free(stream);
    });
  }

  /** Writes what is left. Nothing is kept from then on. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#turns.close();
    this.#options.clock.clearTimeout(this.#timer);
    await Promise.all(this.#writing);
    await Promise.all([...this.#pending].map((log) => this.#write(log)));
    this.#options.printer.flush();
  }

  #hear(stream: SpawnedProcess['stdout'], source: LineSource, stdio: 'inherit' | LineListener): void {
    const { printer } = this.#options;
    const cutter = new LineCutter();
    const say = (lines: string) => {
      if (stdio === 'inherit') printer.print(source.path, lines);
      else if (lines !== '') for (const line of lines.slice(0, -1).split(/\r?\n/)) this.#tell(stdio, line, source);
    };
    stream.on('data', (chunk: Buffer) => {
      if (stdio === 'inherit' && printer.isBehind) printer.drop(source.path, cutter.skip(chunk));
      else say(cutter.cut(chunk));
    });
    stream.on('close', () => say(cutter.end()));
  }

  #tell(listener: LineListener, line: string, source: LineSource): void {
    tell(() => listener(line, source), this.#options.onFault);
  }

  #wake(log: Log): void {
    this.#pending.add(log);
    if (!this.#isClosed) this.#timer ??= this.#options.clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush(): void {
    this.#timer = null;
    const logs = [...this.#pending].filter(({ isWriting }) => !isWriting);
    for (const log of logs) {
      this.#pending.delete(log);
      log.isWriting = true;
      const writing = this.#write(log).finally(() => {
        log.isWriting = false;
        this.#writing.delete(writing);
        // What came meanwhile, or was refused, is for the next time.
        if (log.capture.pending) this.#wake(log);
      });
      this.#writing.add(writing);
    }
    if (this.#pending.size > 0) this.#timer = this.#options.clock.setTimeout(() => this.#flush(), FLUSH_MS);
  }

  async #write({ path, incarnation, capture }: Log): Promise<void> {
    if (!capture.pending) return;
    const offer = capture.offer();
    try {
      await this.#options.logs.append({ path, incarnation }, offer);
      offer.take();
    } catch (error) {
      if (isRefusal(error)) return;
      offer.take();
      this.#options.onFault(error);
    }
  }
}

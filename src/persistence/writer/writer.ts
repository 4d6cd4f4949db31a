import type { Worker } from 'node:worker_threads';
import { EspalierError } from '../../errors.js';
import type { StoreHeld } from '../../machines/events.js';
import type { WriteCost } from '../families/access.js';
import type { EventRow } from '../forms/event.js';
import { HELD_MS } from '../sql/lock.js';
import { startThread } from '../thread/start.js';
import { fromWire } from '../thread/wire-error.js';
import type { GroupAnswer } from './group.js';
import type { FromWriter, SentCall, ToWriter, WriterData } from './messages.js';
import type { OperationArgs, OperationName, OperationResults } from './operations.js';
import { WaitingCalls } from './waiting-calls.js';

/** How long a patient write waits for company, in milliseconds. */
const PATIENCE_MS = 10;

/** What the host is told of its store beside the outcomes of what it calls. */
export interface WriterNews {
  /** Hears of each commit, before the promises of its operations resolve. */
  published(events: readonly EventRow[]): void;
  /** Another process has the lock for long: its pid, where that is known. */
  held(pid: number | null): void;
  /** What waited for that lock has it. */
  freed(fact: StoreHeld): void;
}

/** The host's side of the writer thread. One group is with the thread; what is called meanwhile becomes the next. */
export class Writer {
  readonly #file: string;
  readonly #thread: Worker;
  readonly #news: WriterNews;
  readonly #calls = new WaitingCalls();
  readonly #exited: Promise<void>;
  #scheduled = false;
  /** Whether something waits that somebody waits for. */
  #urgent = false;
  #patience: NodeJS.Timeout | null = null;
  #closing: Promise<void> | null = null;
  #ended: EspalierError | null = null;
  #operations: readonly string[] = [];
  /** Another process has the lock, since when. */
  #held: { readonly pid: number | null; readonly at: number } | null = null;

  private constructor(file: string, thread: Worker, news: WriterNews) {
    this.#file = file;
    this.#thread = thread;
    this.#news = news;
    this.#exited = new Promise((resolve) => thread.once('exit', () => resolve()));
    thread.on('error', (cause) => this.#end(cause));
    thread.on('exit', () => this.#end());
  }

  /**
   * Starts the thread and opens the store in it.
   *
   * @throws what opening throws: every `ESP_STORE_*` but `ESP_STORE_MISSING`
   */
  static async open(data: WriterData, news: WriterNews): Promise<Writer> {
    const thread = startThread(new URL('./thread.js', import.meta.url), 'espalier-writer', data);
    const writer = new Writer(data.file, thread, news);
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (message: FromWriter) => {
        if (message.kind === 'opened') {
          writer.#held = null;
          writer.#operations = message.operations;
          resolve();
        } else if (message.kind === 'failed') reject(fromWire(message.error));
        else if (message.kind === 'held') writer.#wait(message.pid);
        else if (message.kind === 'answer') writer.#answered(message.answer);
        else message satisfies never;
      });
      thread.once('exit', () => reject(writer.#ended));
    });
    thread.unref();
    return writer;
  }

  /** The names of the user's operations. */
  get operations(): readonly string[] {
    return this.#operations;
  }

  /**
   * Calls an operation. Resolves after the commit of its group.
   */
  write<N extends OperationName>(name: N, args: OperationArgs[N], cost: WriteCost = {}): Promise<OperationResults[N]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    if (this.#closing !== null) return Promise.reject(closed(this.#file));
    const call: SentCall = { name, args };
    const settled = this.#calls.add(call, cost.bytes ?? 0, cost.key ?? null);
    if (cost.patient) this.#patience ??= setTimeout(() => this.#flush(), PATIENCE_MS);
    else this.#flush();
    // The thread ran the operation of this name: its value is that operation's result.
    return settled as Promise<OperationResults[N]>;
  }

  /** The next call under a key begins anew: something was called in between that must not be overtaken. */
  seal(key: string): void {
    this.#calls.seal(key);
  }

  /** Resolves when everything called so far has been committed or refused. What is patient is not hurried by it. */
  settled(): Promise<void> {
    return this.#calls.settled();
  }

  /** Commits what was called before, then closes. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#flush();
    await this.settled();
    if (this.#ended !== null) return;
    this.#thread.ref();
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  /** From now on what waits is wanted. */
  #flush(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
    this.#urgent = true;
    this.#schedule();
  }

  /** Sends in a later turn, so that all that one turn calls is one group. */
  #schedule(): void {
    if (this.#scheduled || !this.#urgent || this.#calls.busy || this.#calls.empty) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #send(): void {
    if (this.#ended !== null) return;
    const calls = this.#calls.take();
    this.#urgent = !this.#calls.empty;
    this.#thread.ref();
    try {
      this.#post({ kind: 'group', calls });
    } catch (cause) {
      // Arguments that cannot be copied never reached the thread: refuse the calls that carry them, send the others.
      this.#calls.putBack(cause);
      this.#schedule();
    }
  }

  #wait(pid: number | null): void {
    this.#held = { pid, at: performance.now() };
    this.#news.held(pid);
  }

  #goOn(): void {
    if (this.#held === null) return;
    const { pid, at } = this.#held;
    this.#held = null;
    this.#news.freed({ pid, heldMs: Math.round(performance.now() - at) + HELD_MS });
  }

  #answered(answer: GroupAnswer): void {
    this.#goOn();
    if (answer.outcomes.some(({ ok }) => ok)) this.#news.published(answer.events);
    this.#calls.settle(answer.outcomes);
    if (this.#calls.empty) this.#thread.unref();
    this.#schedule();
  }

  #post(message: ToWriter<SentCall>): void {
    this.#thread.postMessage(message);
  }

  #end(cause?: unknown): void {
    this.#ended ??= this.#closing === null ? died(this.#file, cause) : closed(this.#file);
    this.#calls.abandon(this.#ended);
  }
}

function closed(file: string): EspalierError {
  return new EspalierError('ESP_STOPPED', `the store ${file} is closed`, { context: { file } });
}

function died(file: string, cause: unknown): EspalierError {
  return new EspalierError(
    'ESP_STORE_UNUSABLE',
    `${file}: the writer thread ended unexpectedly (${String(cause ?? 'without an error')}), and what was not acknowledged may be lost: open the store again`,
    { cause, context: { file } },
  );
}

import type { Worker } from 'node:worker_threads';
import { EspalierError } from '../../errors.js';
import { TransientMap } from '../../transient-map.js';
import { startThread } from '../thread/start.js';
import { fromWire } from '../thread/wire-error.js';
import type { FromReader, ReaderData, SentQuery, ToReader } from './messages.js';
import type { QueryArgs, QueryName, QueryResults } from './queries.js';

/** Queries that may wait for an answer; past it they are refused. */
const ASKED_LIMIT = 10_000;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly promise: Promise<unknown>;
}

/** The host's side of the reader thread. */
export class Reader {
  readonly #file: string;
  readonly #thread: Worker;
  readonly #changed: (head: number | null) => void;
  readonly #asked = new TransientMap<number, Asked>();
  readonly #exited: Promise<void>;
  #ids = 0;
  #watching = false;
  #closing: Promise<void> | null = null;
  #ended: EspalierError | null = null;

  private constructor(file: string, thread: Worker, changed: (head: number | null) => void) {
    this.#file = file;
    this.#thread = thread;
    this.#changed = changed;
    this.#exited = new Promise((resolve) => thread.once('exit', () => resolve()));
    thread.on('error', (cause) => this.#end(cause));
    thread.on('exit', () => this.#end());
  }

  /**
   * Starts the thread and opens the store in it, for reading.
   *
   * @param changed hears of commits by any connection, while `watch(true)`, with the newest number in the journal, if it is known
   * @throws `ESP_STORE_MISSING`, `_CORRUPT`, `_FUTURE`, `_UNUSABLE`, `_LOCKED`
   */
  static async open(data: ReaderData, changed: (head: number | null) => void): Promise<Reader> {
    const thread = startThread(new URL('./thread.js', import.meta.url), 'espalier-reader', data);
    const reader = new Reader(data.file, thread, changed);
    await new Promise<void>((resolve, reject) => {
      thread.on('message', (message: FromReader) => {
        if (message.kind === 'opened') resolve();
        else if (message.kind === 'failed') reject(fromWire(message.error));
        else reader.#hear(message);
      });
      thread.once('exit', () => reject(reader.#ended));
    });
    thread.unref();
    return reader;
  }

  /** Asks a query. */
  ask<N extends QueryName>(name: N, args: QueryArgs[N]): Promise<QueryResults[N]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    if (this.#closing !== null) return Promise.reject(closed(this.#file));
    if (this.#asked.size >= ASKED_LIMIT) return Promise.reject(tooMany());
    const call: SentQuery = { name, args };
    this.#ids += 1;
    const id = this.#ids;
    this.#post({ kind: 'query', id, call });
    const asked = pending();
    this.#asked.set(id, asked);
    this.#hold();
    // The thread answered the query of this name: the value is that query's result.
    return asked.promise as Promise<QueryResults[N]>;
  }

  /** Starts or stops the watch for commits. */
  watch(on: boolean): void {
    if (this.#closing !== null || this.#ended !== null || this.#watching === on) return;
    this.#watching = on;
    this.#post({ kind: 'watch', on });
    this.#hold();
  }

  /** Closes after the answers to what was asked. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#asked.values()].map(({ promise }) => promise));
    if (this.#ended !== null) return;
    this.#thread.ref();
    this.#post({ kind: 'close' });
    await this.#exited;
  }

  #hear(message: Exclude<FromReader, { kind: 'opened' | 'failed' }>): void {
    if (message.kind === 'changed') {
      this.#changed(message.head);
      return;
    }
    const asked = this.#asked.take(message.id);
    this.#hold();
    if (message.kind === 'answer') asked?.resolve(message.value);
    else asked?.reject(fromWire(message.error));
  }

  /** The thread keeps the process alive only while someone waits for it. */
  #hold(): void {
    if (this.#asked.size > 0 || this.#watching) this.#thread.ref();
    else this.#thread.unref();
  }

  #post(message: ToReader<SentQuery>): void {
    this.#thread.postMessage(message);
  }

  #end(cause?: unknown): void {
    this.#ended ??= this.#closing === null ? died(this.#file, cause) : closed(this.#file);
    for (const asked of this.#asked.values()) asked.reject(this.#ended);
    this.#asked.clear();
    // Nobody hears of commits any more: whoever waits for one meets the error when he looks.
    if (this.#watching && this.#closing === null) this.#changed(null);
  }
}

function pending(): Asked {
  let resolve: Asked['resolve'] = () => undefined;
  let reject: Asked['reject'] = () => undefined;
  const promise = new Promise<unknown>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { resolve, reject, promise };
}

function closed(file: string): EspalierError {
  return new EspalierError('ESP_STOPPED', `the store ${file} is closed`, { context: { file } });
}

function died(file: string, cause: unknown): EspalierError {
  return new EspalierError(
    'ESP_STORE_UNUSABLE',
    `${file}: the reader thread ended unexpectedly (${String(cause ?? 'without an error')}): open the store again`,
    {
      cause,
      context: { file },
    },
  );
}

function tooMany(): EspalierError {
  return new EspalierError('ESP_QUEUE_FULL', `${ASKED_LIMIT} reads of the store are waiting: await some of them first`);
}

import { EspalierError } from '../errors.js';
import type { RunId } from '../ids.js';
import type { NewJournalEvent, StoreHeld } from '../machines/events.js';
import type { WriteCost } from './families/access.js';
import type { Pulses } from './families/journal/pulse.js';
import { eventText } from './forms/event.js';
import type { QueryArgs, QueryName, QueryResults } from './reader/queries.js';
import type { Reader } from './reader/reader.js';
import { Refusals } from './trouble/refusals.js';
import type { OperationArgs, OperationName, OperationResults } from './writer/operations.js';
import type { Writer } from './writer/writer.js';

/** The threads of an open store: one that writes, unless it is open for reading, and one that reads, once it is needed. */
export class Threads {
  readonly file: string;
  readonly #runId: RunId | null;
  readonly #writer: Writer | null;
  readonly #openReader: () => Promise<Reader>;
  readonly pulses: Pulses;
  readonly maxPayload: number;
  readonly #refusals: Refusals | null;
  #reader: Promise<Reader> | null = null;
  #closing: Promise<void> | null = null;
  #watching = false;

  constructor(parts: {
    file: string;
    runId: RunId | null;
    writer: Writer | null;
    openReader: () => Promise<Reader>;
    pulses: Pulses;
    maxPayload: number;
  }) {
    this.file = parts.file;
    this.#runId = parts.runId;
    this.#writer = parts.writer;
    this.#openReader = parts.openReader;
    this.pulses = parts.pulses;
    this.maxPayload = parts.maxPayload;
    const { file, runId: host, writer } = parts;
    const journal = (event: NewJournalEvent) =>
      this.#write('journal.append', { runId: host ?? '', events: [eventText(event)] });
    this.#refusals = host === null || writer === null ? null : new Refusals({ file, host, now: Date.now, journal });
  }

  /** The names of the user's operations. */
  get operations(): readonly string[] {
    return this.#writer?.operations ?? [];
  }

  /** The host of this store, or null when it was opened for none. */
  get runId(): string | null {
    return this.#runId;
  }

  /** @throws `ESP_INVALID` when the store was opened for no host */
  requireRunId(): string {
    if (this.#runId !== null) return this.#runId;
    throw new EspalierError(
      'ESP_INVALID',
      `${this.file} was opened without a runId: this is written on behalf of a host`,
    );
  }

  /** Rejects with `ESP_INVALID` when the store was opened for reading. */
  async write<N extends OperationName>(
    name: N,
    args: OperationArgs[N],
    cost: WriteCost = {},
  ): Promise<OperationResults[N]> {
    if (this.#closing !== null) throw this.#stopped();
    const writing = this.#write(name, args, cost);
    if (this.#refusals === null) return writing;
    try {
      const result = await writing;
      this.#refusals.worked();
      return result;
    } catch (error) {
      this.#refusals.refused(error);
      throw error;
    }
  }

  async #write<N extends OperationName>(
    name: N,
    args: OperationArgs[N],
    cost: WriteCost = {},
  ): Promise<OperationResults[N]> {
    if (this.#writer !== null) return this.#writer.write(name, args, cost);
    throw new EspalierError('ESP_INVALID', `${this.file} was opened for reading: open it with mode 'write'`);
  }

  /** Another process has let go of the lock after long: it is written down beside what waited for it. */
  tellHeld(fact: StoreHeld): void {
    const host = this.#runId;
    if (host === null) return;
    const events = [eventText({ type: 'store.held', data: fact })];
    // Where that is refused the disk has its say, or the host has ended.
    this.#write('journal.append', { runId: host, events }).catch(() => undefined);
  }

  clearTrouble(): void {
    this.#refusals?.clear();
  }

  seal(key: string): void {
    this.#writer?.seal(key);
  }

  /** Answers after all that was written before it, so that one's own writes are always seen. */
  async read<N extends QueryName>(name: N, args: QueryArgs[N]): Promise<QueryResults[N]> {
    if (this.#closing !== null) throw this.#stopped();
    // Started before the wait: once `close` runs no reader may begin.
    const reader = this.reader();
    await this.#writer?.settled();
    return (await reader).ask(name, args);
  }

  /** Reads without waiting for one's own writes. */
  async readNow<N extends QueryName>(name: N, args: QueryArgs[N]): Promise<QueryResults[N]> {
    if (this.#closing !== null) throw this.#stopped();
    return (await this.reader()).ask(name, args);
  }

  /** The reader, started when first needed. */
  reader(): Promise<Reader> {
    if (this.#reader !== null) return this.#reader;
    const opening = this.#openReader();
    this.#reader = opening;
    // A failed start is not kept: the next read tries again.
    opening.catch(() => {
      this.#reader = null;
    });
    return opening;
  }

  /**
   * Starts or stops the watch for other processes' commits. Whoever waits hears of a reader that cannot be started when it
   * reads.
   */
  watch(on: boolean): void {
    this.#watching = on;
    if (this.#reader === null && !on) return;
    this.reader().then(
      (reader) => reader.watch(this.#watching),
      () => this.pulses.pulse({ head: null }),
    );
  }

  /** The writer closes last: the last connection to close brings the log into the file and removes it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#writer?.settled();
    this.pulses.end(this.#stopped());
    const reader = await this.#reader?.catch(() => null);
    await reader?.close();
    await this.#writer?.close();
    this.#refusals?.close();
  }

  #stopped(): EspalierError {
    return new EspalierError('ESP_STOPPED', `the store ${this.file} is closed`, { context: { file: this.file } });
  }
}

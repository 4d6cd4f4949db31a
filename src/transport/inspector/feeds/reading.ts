import { LIMITS } from '../limits.js';
import type { ServerMessage, SnapshotContent } from '../protocol/wire.js';
import type { Feed } from './feed.js';

export interface ReadingOptions {
  readonly id: number;
  /** Rises whenever what is read may have changed. */
  revision(): number;
  read(): Promise<SnapshotContent>;
  seq(): number;
  now(): number;
}

/**
 * One client's view of what is read from the store as a whole: again when it may have changed, and now and then, for what no
 * event tells (progress, output, hosts that die). It is said only when it differs. A read that takes long is made rarely: the
 * reader thread is also others'.
 */
export class ReadingFeed implements Feed {
  readonly #options: ReadingOptions;
  #revision: number | null = null;
  #said = '';
  #rev = 0;
  #nextAt = Number.NEGATIVE_INFINITY;
  #staleAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  next(): readonly ServerMessage[] | null | Promise<readonly ServerMessage[] | null> {
    const revision = this.#options.revision();
    const now = this.#options.now();
    if (revision === this.#revision && now < this.#staleAt) return null;
    // There may be more, and it will be said: not yet.
    if (now < this.#nextAt) return [];
    return this.#read(revision, now);
  }

  close(): void {
    // It holds nothing but its place.
  }

  async #read(revision: number, begunAt: number): Promise<readonly ServerMessage[] | null> {
    const { id, read, seq, now } = this.#options;
    const upTo = seq();
    const content = await read();
    const readAt = now();
    this.#revision = revision;
    this.#nextAt = readAt + Math.max(LIMITS.jobsMs, LIMITS.readShare * (readAt - begunAt));
    this.#staleAt = readAt + LIMITS.jobsStaleMs;
    const said = JSON.stringify(content);
    if (said === this.#said) return null;
    this.#said = said;
    this.#rev += 1;
    return [{ type: 'snapshot', id, rev: this.#rev, seq: upTo, content }];
  }
}

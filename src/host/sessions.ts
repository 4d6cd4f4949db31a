import type { Clock } from '../clock.js';
import { EspalierError } from '../errors.js';
import { checkArgument, checkOptions, fields, kind, milliseconds } from '../options.js';

/** What is kept of one session, across calls, workers and hosts. */
export interface Session {
  readonly session: string;
  /** JSON. */
  readonly data: unknown;
  /** Since its last touch it lives so long, in milliseconds. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly touchedAt: number;
}

/** Where sessions are kept. */
export interface SessionKeeper {
  get(session: string): Promise<Session | null>;
  list(): Promise<readonly Session[]>;
  put(session: string, data: unknown, options: { ttlMs: number; quota: number }): Promise<Session | 'quota'>;
  touch(session: string): Promise<boolean>;
  remove(session: string): Promise<boolean>;
  removeExpired(): Promise<number>;
}

export interface SessionOptions {
  /** Since its last touch it lives so long, in milliseconds (3 600 000). */
  readonly ttl?: number;
}

const sessionRule = fields<SessionOptions>({ ttl: milliseconds(1) }, { ttlMs: 'ttl' });

const TTL_MS = 3_600_000;
const QUOTA = 10_000;
const SWEEP_MS = 60_000;
const MAX_NAME = 200;

const name = kind(
  `text of 1 to ${MAX_NAME} characters`,
  (value) => typeof value === 'string' && value !== '' && value.length <= MAX_NAME,
);

/**
 * Durable data of sessions: what one call leaves for the next, whichever worker and host that one meets. One that was not
 * set or touched for its time is over.
 */
export class Sessions {
  readonly #keeper: SessionKeeper;
  readonly #clock: Clock;
  readonly #background: (write: Promise<unknown>) => void;
  #timer: unknown;
  #isRemoving = false;

  constructor(keeper: SessionKeeper, clock: Clock, background: (write: Promise<unknown>) => void) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#background = background;
  }

  /** Null when there is none of that name, or its time is over. */
  async get(session: string): Promise<Session | null> {
    checkArgument('the name of a session', session, name);
    return this.#keeper.get(session);
  }

  /** In the order of their names. */
  list(): Promise<readonly Session[]> {
    return this.#keeper.list();
  }

  /**
   * Keeps data for a session, in place of what was there, and begins its time anew. Resolves once it is on disk.
   *
   * @param options `ttl` in milliseconds (3 600 000)
   * @throws EspalierError `ESP_INVALID` for data that JSON cannot hold; `ESP_QUEUE_FULL` for a new one beyond 10 000
   * @example
   * await system.sessions.set('s1', { history: ['hello'] });
   * (await system.sessions.get('s1'))?.data; // { history: ['hello'] }
   */
  async set(session: string, data: unknown, options: SessionOptions = {}): Promise<Session> {
    checkArgument('the name of a session', session, name);
    checkOptions('session', options, sessionRule);
    const { ttl = TTL_MS } = options;
    this.#removeSoon();
    const kept = await this.#keeper.put(session, data, { ttlMs: ttl, quota: QUOTA });
    if (kept !== 'quota') return kept;
    throw new EspalierError('ESP_QUEUE_FULL', `there are ${QUOTA} sessions already`, { context: { session } });
  }

  /** Begins its time anew; false when it is not there. */
  async touch(session: string): Promise<boolean> {
    checkArgument('the name of a session', session, name);
    return this.#keeper.touch(session);
  }

  /** False when it was not there. */
  async delete(session: string): Promise<boolean> {
    checkArgument('the name of a session', session, name);
    return this.#keeper.remove(session);
  }

  /** Removes none any more. */
  stop(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#isRemoving = true;
  }

  /** A host that keeps none removes none. */
  #removeSoon(): void {
    if (this.#isRemoving) return;
    this.#isRemoving = true;
    this.#timer = this.#clock.setTimeout(() => {
      this.#isRemoving = false;
      this.#background(this.#keeper.removeExpired().then((removed) => removed > 0 && this.#removeSoon()));
    }, SWEEP_MS);
  }
}

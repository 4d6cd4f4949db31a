/** What is kept of one session across calls, workers and hosts. */
export interface SessionRecord {
  readonly session: string;
  /** JSON. */
  readonly data: unknown;
  /** Since its last touch it lives so long, in milliseconds. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly touchedAt: number;
}

/** Why a session was not kept. */
export type SessionRefusal = 'quota';

/** Durable data of sessions. One that has run out is not there, whether it has been removed or not. */
export interface SessionStore {
  /** Null when there is none of that name, or it has run out. */
  get(session: string): Promise<SessionRecord | null>;
  /** In the order of their names. */
  list(): Promise<readonly SessionRecord[]>;
  /**
   * Keeps data, in place of what was there. A new session beyond `quota` living ones is refused, and nothing is changed.
   * Answers the record, or why not.
   */
  put(
    session: string,
    data: unknown,
    options: { ttlMs: number; quota: number },
  ): Promise<SessionRecord | SessionRefusal>;
  /** Begins its time anew; false when it is not there. */
  touch(session: string): Promise<boolean>;
  /** False when it was not there. */
  remove(session: string): Promise<boolean>;
  /** Removes those that have run out; answers how many. */
  removeExpired(): Promise<number>;
}

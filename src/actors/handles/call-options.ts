import { fields, flag, kind, milliseconds, signal, text, whole } from '../../options.js';
import type { CallContextIds } from '../../transport/protocol/messages.js';

export interface CallOptions {
  /** For queue and run together, in milliseconds (60 000). */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the call may run again when its worker died in it; without it such a call is rejected. */
  readonly idempotent?: boolean | undefined;
  /** Calls of one session go to one worker, as strictly as the pool's `affinity` says. */
  readonly session?: string | undefined;
  /** The ids of the work that the call is part of: the method sees them in its context. */
  readonly ctx?: CallContextIds | undefined;
  /** Chunks that go to the method while it runs; taken as fast as the method reads them. A call with it runs at most once. */
  readonly input?: AsyncIterable<unknown> | Iterable<unknown> | undefined;
}

/** What a call, or a stream, may be told. */
export const callRule = fields<CallOptions>(
  {
    timeout: milliseconds(1),
    signal,
    idempotent: flag,
    session: text,
    ctx: fields<CallContextIds>({
      run: text,
      job: text,
      attempt: whole(0),
      epoch: whole(0),
      index: whole(0),
      parent: text,
      root: text,
      deadline: milliseconds(0),
      runId: text,
      owner: text,
      key: text,
      session: text,
      traceparent: text,
    }),
    input: kind('an iterable of chunks', isChunks),
  },
  { timeoutMs: 'timeout' },
);

function isChunks(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** How calls that failed are tried again. Without it only those are whose worker died and that may run again. */
export interface RetryPolicy {
  /** Attempts in all (3). */
  readonly attempts?: number;
  /** Before the second attempt, in milliseconds (100); doubled for each further one, spread by a quarter. */
  readonly initialMs?: number;
  /** No wait is longer, in milliseconds (10 000). */
  readonly maxMs?: number;
}

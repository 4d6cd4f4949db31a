import type { RunId } from '../../ids.js';
import type { WriteOptions } from '../contract/options.js';

/** Functions that run in a thread of the store, by name: `(transaction or connection, args) → result`. */
type Named = Readonly<Record<string, (at: never, args: never) => unknown>>;

/** The arguments of each. */
export type ArgsOf<F extends Named> = { [N in keyof F]: Parameters<F[N]>[1] };

/** What each answers. One that may take long is a generator, and answers what that returns. */
export type ResultsOf<F extends Named> = {
  [N in keyof F]: ReturnType<F[N]> extends Generator<void, infer R, void> ? R : ReturnType<F[N]>;
};

/** What the writer should know of a call. A patient one goes with the next group, or after some milliseconds by itself. */
export interface WriteCost extends WriteOptions {
  /** How much payload it carries, when that may be much. */
  readonly bytes?: number;
  /** A call that still waits under the same key is replaced by this one, and shares its outcome. */
  readonly key?: string;
}

/** How the store of a family reaches the threads in which its operations `W` and its queries `R` run. */
export interface Access<W extends Named, R extends Named = Record<never, never>> {
  /** The host of this store, or null when it was opened for none. */
  readonly runId: RunId | null;
  /** How large an argument, a result and what is said beside them may be, as JSON in bytes. */
  readonly maxPayload: number;
  /** @throws `ESP_INVALID` when the store was opened for no host */
  requireRunId(): string;
  /** Rejects with `ESP_INVALID` when the store was opened for reading. */
  write<N extends keyof W>(name: N, args: ArgsOf<W>[N], cost?: WriteCost): Promise<ResultsOf<W>[N]>;
  /** The next call under a key begins anew: something was called in between that must not be overtaken. */
  seal(key: string): void;
  /** Answers after all that was written before it, so that one's own writes are always seen. */
  read<N extends keyof R>(name: N, args: ArgsOf<R>[N]): Promise<ResultsOf<R>[N]>;
  /** Reads without waiting for one's own writes. */
  readNow<N extends keyof R>(name: N, args: ArgsOf<R>[N]): Promise<ResultsOf<R>[N]>;
}

import type { RunId } from '../../ids.js';
/** What the store should know of a write. */
export interface WriteOptions {
  /** It may wait some milliseconds for others to share a commit with: nobody is held up by it. */
  readonly patient?: boolean;
}

/** Where the user's operations are, and who runs them in the writer thread. */
export interface OperationsPlace {
  /** The module that exports `userOperations(place)`. */
  readonly runner: string;
  /** The user's module. */
  readonly module: string;
  /** The name of the system. */
  readonly system: string;
  /** How large what it submits may be, as JSON in bytes. */
  readonly maxPayload: number;
}

/** How a store is opened. */
export interface OpenStoreOptions {
  /** `write` creates the file if it is missing; `read` never creates, never migrates and never writes. */
  readonly mode: 'write' | 'read';
  /** The host on whose behalf this store writes; journalled events carry it. */
  readonly runId?: RunId;
  /** `full` (default): survives power loss. `normal`: survives every crash of processes. */
  readonly synchronous?: 'full' | 'normal';
  /** The mode of its files (0600), which its own folder follows; without one and without a host what exists is left as it is. */
  readonly fileMode?: number;
  /** Stands in the name of the folder of a store in memory, so that somebody can tell whose it was. */
  readonly owner?: RunId;
  /** Operations of the user, which run in its transactions; none by default. */
  readonly operations?: OperationsPlace;
  /**
   * How long another process's write lock is waited for, in milliseconds: 5000, and on behalf of a host as long as it takes;
   * that is said after 3 s, and journalled.
   */
  readonly busyTimeoutMs?: number;
  /** How large a value that a job is given or answers may be, as JSON in bytes (1 MiB). */
  readonly maxPayload?: number;
}

import type { RunId } from '../../ids.js';
/** What the store should know of a write. */
export interface WriteOptions {
  /** It may wait some milliseconds for others to share a commit with: nobody is held up by it. */
  readonly patient?: boolean;
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
  /** How long another process's write lock is waited for, in milliseconds (5000). */
  readonly busyTimeoutMs?: number;
}

import type { RunRef } from '../../ids.js';
import type { Retention } from '../../machines/work/retention.js';

/** What has left the store. */
export interface Pruned {
  readonly jobs: number;
  readonly events: number;
  /** Registrations of processes that are gone. */
  readonly processes: number;
  readonly runs: number;
  readonly slots: number;
  /** Bytes given back to the disk. */
  readonly bytes: number;
}

export interface PruneOptions {
  /** Between two batches: other hosts write meanwhile. */
  pause(): Promise<void>;
  /** Ends it after the batch that it is at. */
  readonly signal?: AbortSignal;
}

/** How large a store is. */
export interface StoreSize {
  /** Of the file, of its log, and of what is free inside the file. */
  readonly bytes: number;
  readonly logBytes: number;
  readonly freeBytes: number;
  /** Whether free space is given back bit by bit; a store of before does once it has been rewritten. */
  readonly givesBack: boolean;
  readonly schema: number;
  /** Events that are kept, at most: the newest number less the floor. */
  readonly events: number;
  /** When the oldest of them was journalled, in milliseconds since the epoch; null when there is none. */
  readonly eventsSince: number | null;
  readonly runs: number;
  readonly slots: number;
  readonly jobs: Readonly<Record<string, number>>;
  readonly hostsAlive: number;
}

/** What leaves the store, and how large it is. */
export interface RetentionStore {
  /**
   * Removes what is older than it is kept, in small batches, each a write of its own. What something that has not ended names
   * stays: jobs that it waits for or belongs to, and what may still run. Idempotent, and may be ended anywhere; any number of
   * hosts may do it at once.
   */
  prune(retention: Retention, options: PruneOptions): Promise<Pruned>;
  /**
   * Removes a run that is over, with its slots and rows. It is not seen any more as soon as this has begun; should it be broken
   * off, `prune` goes on with it.
   *
   * @throws `ESP_NOT_FOUND`; `ESP_CONFLICT` for one that may still be worked on
   */
  removeRun(run: RunRef, options: PruneOptions): Promise<Pruned>;
  size(): Promise<StoreSize>;
}

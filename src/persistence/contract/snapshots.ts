import type { RunId } from '../../ids.js';
/**
 * The last known state of an actor; `observed` ones are for readers after the host's death, a `snapshot` is what a machine
 * goes on from, a `quarantined` one is kept because it did not fit its machine.
 */
export interface SnapshotRecord {
  readonly path: string;
  readonly runId: RunId;
  readonly incarnation: number;
  readonly kind: 'observed' | 'snapshot' | 'quarantined';
  /** `supervisor`, `pool`, `starter`, `worker`, `run`, `machine`, … */
  readonly role: string;
  /** The state value, JSON. */
  readonly state: unknown;
  /** What readers want to know beside it: pid, restarts, last exit; JSON. */
  readonly detail: unknown;
  readonly at: number;
}

/** A state that is to be kept. Only what was saved can be quarantined. */
export type NewSnapshot = Omit<SnapshotRecord, 'at' | 'runId' | 'kind'> & { readonly kind: 'observed' | 'snapshot' };

/** Last known states of actors, one per host, path and kind. */
export interface SnapshotStore {
  /** Replaces the record of (path, kind). Callers may call as often as they like: several of one path before a commit are written once. */
  put(record: NewSnapshot): Promise<void>;
  /** All of a path but what is quarantined: that is never dropped. */
  remove(path: string): Promise<void>;
  /**
   * The latest saved state of a path, quarantined ones included: this host's, or the one left by an ended host of the same
   * name, which is this host's from then on. Null when there is none.
   */
  adopt(path: string): Promise<SnapshotRecord | null>;
  /** Keeps the saved state of a path aside, with the reason in its detail. False when there is none. */
  quarantine(path: string, reason: string): Promise<boolean>;
  /** Of one host, or of the newest host if none is named, ordered by path. */
  list(runId?: RunId): Promise<readonly SnapshotRecord[]>;
}

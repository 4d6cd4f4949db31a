/** The last known state of an actor; `observed` ones are for readers after the host's death. */
export interface SnapshotRecord {
  readonly path: string;
  readonly runId: string;
  readonly incarnation: number;
  readonly kind: 'observed' | 'snapshot';
  /** `supervisor`, `pool`, `starter`, `worker`, `run`, `machine`, … */
  readonly role: string;
  /** The state value, JSON. */
  readonly state: unknown;
  /** What readers want to know beside it: pid, restarts, last exit; JSON. */
  readonly detail: unknown;
  readonly at: number;
}

/** Last known states of actors, one per host, path and kind. */
export interface SnapshotStore {
  /** Replaces the record of (path, kind). Callers may call as often as they like: several of one path before a commit are written once. */
  put(record: Omit<SnapshotRecord, 'at' | 'runId'>): Promise<void>;
  remove(path: string): Promise<void>;
  /** Of one host, or of the newest host if none is named, ordered by path. */
  list(runId?: string): Promise<readonly SnapshotRecord[]>;
}

import type { ErrorRecord } from '../errors.js';
import type { JournalEvent, JournalEventType, NewJournalEvent } from '../machines/events.js';
import type { ProcessExit, ProcessIdentity, Registration, SpawnIntent } from '../machines/process.js';
import type { SlotRow, SlotStatus } from '../machines/run/slot.js';
import type { RunPolicy, RunStatus, RunWish } from '../machines/run/status.js';

/**
 * The durable side of a system: one file, written by one thread of this process, shared with other hosts.
 *
 * Every promise of a writing method resolves after its commit and rejects when nothing of the operation was kept. Each
 * operation is atomic; operations run in the order in which they were called. A status change names the states it may
 * leave; one that does not apply changes nothing and says so in its result. Writes on behalf of a host are refused with
 * `ESP_FENCED` once that host has been declared dead: the run id is the fence, because it is never reused.
 */
export interface Store extends AsyncDisposable {
  /** Absolute path of the database file. */
  readonly file: string;
  readonly hosts: HostStore;
  readonly journal: JournalStore;
  readonly processes: ProcessStore;
  readonly snapshots: SnapshotStore;
  readonly runs: RunStore;
  readonly attempts: AttemptStore;
  readonly outputs: OutputStore;
  /** `PRAGMA integrity_check`; `ok` is what a sound file answers. */
  check(): Promise<string>;
  /** Commits what was called before, then closes. Later calls reject with `ESP_STOPPED`. Idempotent. */
  close(): Promise<void>;
}

export interface HostRecord {
  readonly runId: string;
  readonly name: string;
  readonly identity: ProcessIdentity;
  readonly forker: { readonly identity: ProcessIdentity; readonly generation: number } | null;
  /** The host's private directory for FIFOs and sockets, or null when it starts no processes. */
  readonly directory: string | null;
  readonly startedAt: number;
  readonly heartbeatAt: number;
  readonly endedAt: number | null;
  readonly ended: 'stopped' | 'dead' | null;
}

export interface HostStore {
  /** Adds this host and journals `host.started`. */
  register(
    host: Pick<HostRecord, 'runId' | 'name' | 'identity' | 'directory'> & { node: string; version: string },
  ): Promise<void>;
  /** Renews the lease; false when this host has been fenced or has ended. */
  heartbeat(runId: string): Promise<boolean>;
  setForker(runId: string, forker: NonNullable<HostRecord['forker']>): Promise<void>;
  /** Ends this host in order; its runs that still say `running` become `interrupted`. Journals `host.ended`. */
  end(runId: string): Promise<void>;
  /**
   * Declares a host dead, guarded against a second declaration (false then). In the same transaction its attempts become
   * `lost`, their jobs return to `queued` or fail by their run's `onLost`, and its runs become `interrupted`.
   * Its registrations stay as they are until the janitor has proven the processes gone.
   */
  fence(runId: string, by: string): Promise<boolean>;
  get(runId: string): Promise<HostRecord | null>;
  /** Hosts that have not ended, oldest first. */
  unended(): Promise<readonly HostRecord[]>;
}

export interface TailOptions {
  /** Only events after this cursor; 0 is the beginning. */
  readonly after?: number;
  readonly types?: readonly JournalEventType[];
  /** Goes on as events come until the signal fires; otherwise ends at the newest event. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

export interface JournalStore {
  /** Journals events in order, for this store's host. Resolves with the last `seq`. */
  append(events: readonly NewJournalEvent[]): Promise<number>;
  /** The journal as a stream in `seq` order, without gap or duplicate, own and other hosts' events alike. */
  tail(options?: TailOptions): AsyncIterable<JournalEvent>;
  /** The newest `seq`, 0 for an empty journal. */
  head(): Promise<number>;
  /** Resolves at the next commit to the store by this or another process (within 50 ms), or when the signal fires. */
  changed(signal?: AbortSignal): Promise<void>;
  /** Calls back after each commit of this process, with what it journalled. Returns the function that ends it. */
  onCommit(listener: (events: readonly JournalEvent[]) => void): () => void;
}

export interface ProcessStore {
  /** Rejects with `ESP_CONFLICT` when the path or the job already has a registration in `intent` or `live`. */
  intend(intent: SpawnIntent): Promise<void>;
  /** Journals `process.spawned`. */
  live(spawnId: string, process: { identity: ProcessIdentity; generation: number }): Promise<void>;
  /** The program did not start; journals `process.failed`. */
  failed(spawnId: string, error: ErrorRecord): Promise<void>;
  /** Proven gone, group included; journals `process.exited` unless nobody saw the end. */
  gone(spawnId: string, exit: ProcessExit | null): Promise<void>;
  /** Journals `process.suspect`. */
  suspect(spawnId: string, reason: string): Promise<void>;
  /** Registrations not yet `gone`, of one host or of all. */
  present(runId?: string): Promise<readonly Registration[]>;
}

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

export interface SnapshotStore {
  /** Replaces the record of (path, kind). Callers may call as often as they like: several of one path before a commit are written once. */
  put(record: Omit<SnapshotRecord, 'at' | 'runId'>): Promise<void>;
  remove(path: string): Promise<void>;
  /** Of one host, or of the newest host if none is named, ordered by path. */
  list(runId?: string): Promise<readonly SnapshotRecord[]>;
}

export interface RunRecord {
  readonly run: string;
  readonly name: string | null;
  readonly status: RunStatus;
  /** The pool's path. */
  readonly pool: string;
  readonly policy: RunPolicy;
  /** What the creator needs to make the pool again (command, cwd, mode); JSON, opaque to the store. */
  readonly origin: unknown;
  readonly total: number;
  /** Committed rows by status. */
  readonly counts: Readonly<Record<SlotStatus, number>>;
  /** The host that drives it or drove it last. */
  readonly owner: string | null;
  readonly wish: RunWish | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A slot's state for the planner, as one byte each in `RunPlan.slots`. */
export const SLOT_STATES = ['pending', 'running', 'finished', 'committed'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** A committed row with its place in the order of commits, the cursor of `rows`. */
export interface CommittedRow {
  readonly position: number;
  readonly row: SlotRow;
}

export interface RunStore {
  /** Adds a run in state `created`, without slots. */
  create(run: {
    run: string;
    name: string | null;
    pool: string;
    policy: RunPolicy;
    origin: unknown;
    owner: string;
  }): Promise<void>;
  /** Adds slots behind those present; each input is any JSON value. */
  addSlots(run: string, inputs: readonly unknown[]): Promise<void>;
  /** `created` → `running`; journals `run.started`. False when it was not `created`. */
  start(run: string, owner: string): Promise<boolean>;
  /**
   * Takes a run for `owner`: allowed when it is not `created` or `completed` and its last owner has ended or is `owner`.
   * Sets `running`, clears the wish, journals `run.continued`.
   */
  acquire(
    run: string,
    owner: string,
  ): Promise<
    | { readonly ok: true; readonly record: RunRecord }
    | { readonly ok: false; readonly why: 'missing' | 'incomplete' | 'completed' | 'owned'; readonly owner: string | null }
  >;
  /** Failed, timed-out and cancelled slots lose their row and become `pending` again. Resolves with how many. */
  reopenFailed(run: string, owner: string): Promise<number>;
  /** One byte per slot: an index into `SLOT_STATES`. */
  plan(run: string): Promise<Uint8Array>;
  /** The status of each finished, uncommitted slot, by index. */
  finished(run: string): Promise<ReadonlyMap<number, SlotStatus>>;
  /**
   * Commits finished slots, in the order given, each with its row, counters and `slot.committed` event, all in one
   * transaction. A slot that is already committed is passed over; one that is not finished fails the whole call.
   */
  commit(run: string, owner: string, indexes: readonly number[]): Promise<void>;
  /** Finishes all pending slots as `cancelled` or `skipped_pruned`. Resolves with their indexes in ascending order, as [from, to) ranges. */
  finishPending(
    run: string,
    owner: string,
    status: 'cancelled' | 'skipped_pruned',
  ): Promise<readonly (readonly [number, number])[]>;
  /** A guarded status change with its event; false when the run was in none of `from`. Clears the wish. */
  setStatus(run: string, owner: string, from: readonly RunStatus[], to: RunStatus, reason?: string): Promise<boolean>;
  /** Asks the run's owner for something; false when the run is not in a state in which it makes sense. */
  wish(run: string, wish: RunWish): Promise<boolean>;
  get(run: string): Promise<RunRecord | null>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
  /** Rows in the order of their commits, after a position, at most `limit`. */
  committed(run: string, after: number, limit: number): Promise<readonly CommittedRow[]>;
  /** Rows in slot order from an index on, at most `limit`. */
  rows(run: string, from: number, limit: number): Promise<readonly SlotRow[]>;
}

export interface Claim {
  readonly run: string;
  readonly index: number;
  readonly spawnId: string;
  /** The path of the pool; the registration carries it until the worker's is known. */
  readonly path: string;
  readonly command: readonly string[];
}

export interface Claimed {
  readonly run: string;
  readonly index: number;
  readonly jobId: string;
  readonly spawnId: string;
  /** Counts every execution, from 1. */
  readonly attempt: number;
  /** Earlier executions that ran to an end of their own: what retries are counted by. */
  readonly endedBefore: number;
  readonly input: unknown;
}

/** New bytes of a running attempt's streams, in order. */
export interface OutputChunk {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether bytes before these were dropped unread, because they came faster than they could be kept. */
  readonly dropped: boolean;
}

export interface FinishedAttempt {
  readonly run: string;
  readonly index: number;
  readonly attempt: number;
  readonly spawnId: string;
  readonly outcome: Exclude<SlotStatus, 'skipped_pruned'>;
  readonly exit: ProcessExit | null;
  /** What came since the last flush. */
  readonly output?: OutputChunk;
  readonly heldOpen?: boolean;
  readonly result?: unknown;
  readonly error?: ErrorRecord;
  readonly durationMs: number;
  /** Whether the job goes back to `queued` instead of ending. */
  readonly requeue: boolean;
}

export interface AttemptStore {
  /** Claims queued slots: job, attempt and spawn intent in one transaction. Slots that are not `queued` are left out of the answer. */
  claim(owner: string, claims: readonly Claim[]): Promise<readonly Claimed[]>;
  /** Gives back claims whose program was never started; the attempt leaves no trace. */
  release(owner: string, claims: readonly Pick<Claimed, 'run' | 'index' | 'attempt' | 'spawnId'>[]): Promise<void>;
  /**
   * Records the end of an attempt, its last output and its process's end in one transaction. `late` when the attempt was
   * no longer this owner's: journalled as `attempt.late`, nothing else changes.
   */
  finish(owner: string, attempt: FinishedAttempt): Promise<'recorded' | 'late'>;
}

export interface OutputStore {
  /** Appends to what is kept of a running attempt: the last 1 MiB of each stream, marked `truncated` when more came. */
  append(at: { run: string; index: number; attempt: number }, chunk: OutputChunk): Promise<void>;
  /** The kept output of a slot's attempt (the newest if none is named), or null. */
  read(
    run: string,
    index: number,
    attempt?: number,
  ): Promise<{ attempt: number; stdout: string; stderr: string; truncated: boolean; heldOpen: boolean } | null>;
}

export interface OpenStoreOptions {
  /** `write` creates the file if it is missing; `read` never creates, never migrates and never writes. */
  readonly mode: 'write' | 'read';
  /** The host on whose behalf this store writes; journalled events carry it. */
  readonly runId?: string;
  /** `full` (default): survives power loss. `normal`: survives every crash of processes. */
  readonly synchronous?: 'full' | 'normal';
  /** How long another process's write lock is waited for, in milliseconds (5000). */
  readonly busyTimeoutMs?: number;
}

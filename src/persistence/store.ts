import type { RunId } from '../ids.js';
import type { NewJournalEvent } from '../machines/events.js';
import type { AttemptStore } from './contract/attempts.js';
import type { HostStore } from './contract/hosts.js';
import type { JobStore } from './contract/jobs.js';
import type { JournalStore, TroubleStore } from './contract/journal.js';
import type { LogStore } from './contract/logs.js';
import type { OutputStore } from './contract/outputs.js';
import type { ProcessStore } from './contract/processes.js';
import type { RetentionStore } from './contract/retention.js';
import type { RunStore } from './contract/runs.js';
import type { ScheduleStore } from './contract/schedules.js';
import type { SessionStore } from './contract/sessions.js';
import type { SnapshotStore } from './contract/snapshots.js';
import type { UserOperationStore } from './contract/user-operations.js';

export type {
  AttemptStore,
  AttemptWorker,
  Claim,
  Claimed,
  FinishedAttempt,
  OutputChunk,
} from './contract/attempts.js';
export type { HostRecord, HostStore } from './contract/hosts.js';
export type * from './contract/jobs.js';
export type { AboutQuery, JournalStore, TailOptions } from './contract/journal.js';
export type { KeptLog, LogPlace, LogStore } from './contract/logs.js';
export type { OpenStoreOptions, OperationsPlace } from './contract/options.js';
export type { KeptOutput, OutputStore } from './contract/outputs.js';
export type { ProcessStore } from './contract/processes.js';
export type * from './contract/questions.js';
export type { Pruned, StoreSize } from './contract/retention.js';
export {
  type CommittedRow,
  type RunOutlook,
  type RunRecord,
  type RunStore,
  SLOT_STATES,
  type SlotState,
  type SlotStory,
} from './contract/runs.js';
export type * from './contract/schedules.js';
export type { SnapshotRecord, SnapshotStore } from './contract/snapshots.js';

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
  /** The file whose lock it holds for its host while it is open, see `HostRecord`; null when it was opened for none. */
  readonly lock: string | null;
  readonly hosts: HostStore;
  readonly journal: JournalStore;
  readonly processes: ProcessStore;
  readonly snapshots: SnapshotStore;
  readonly sessions: SessionStore;
  readonly runs: RunStore;
  readonly jobs: JobStore;
  readonly schedules: ScheduleStore;
  readonly attempts: AttemptStore;
  readonly outputs: OutputStore;
  readonly logs: LogStore;
  readonly retention: RetentionStore;
  readonly operations: UserOperationStore;
  /** What a host could not write, and noted beside the store. */
  readonly trouble: TroubleStore;
  /** Journals an event of a host synchronously, from a process that is about to end; false when it could not be written. */
  lastWord(runId: RunId, event: NewJournalEvent): boolean;
  /** `PRAGMA integrity_check`; `ok` is what a sound file answers. */
  check(): Promise<string>;
  /** Commits what was called before, then closes. Later calls reject with `ESP_STOPPED`. Idempotent. */
  close(): Promise<void>;
}

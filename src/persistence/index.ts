export { backupFile, rewriteFile } from './backup.js';
export { beside } from './file/beside.js';
export { lookAtHostLock } from './file/host-lock.js';
export { EVENT_TYPES } from './forms/event-form.js';
export { MEMORY_PREFIX, openStore } from './open.js';
export { sqliteVersion } from './sql/version.js';
export type {
  AboutQuery,
  AttemptStore,
  Claim,
  Claimed,
  CommittedRow,
  FinishedAttempt,
  HostRecord,
  HostStore,
  JobQuery,
  JobRecord,
  JobStore,
  JobStory,
  JournalStore,
  KeptLog,
  KeptOutput,
  LimitRecord,
  LogPlace,
  LogStore,
  OccurrenceRecord,
  OpenStoreOptions,
  OutputChunk,
  OutputStore,
  ProcessStore,
  Pruned,
  QueueRecord,
  RunOutlook,
  RunRecord,
  RunStore,
  ScheduleRecord,
  ScheduleStore,
  SlotState,
  SlotStory,
  SnapshotRecord,
  SnapshotStore,
  Store,
  StoreSize,
  SubmittedJob,
  TailOptions,
} from './store.js';
export { SLOT_STATES } from './store.js';

export { beside } from './file/beside.js';
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
  JournalStore,
  KeptLog,
  KeptOutput,
  LogPlace,
  LogStore,
  OccurrenceRecord,
  OpenStoreOptions,
  OutputChunk,
  OutputStore,
  ProcessStore,
  RunOutlook,
  RunRecord,
  RunStore,
  ScheduleRecord,
  SlotState,
  SlotStory,
  SnapshotRecord,
  SnapshotStore,
  Store,
  TailOptions,
} from './store.js';
export { SLOT_STATES } from './store.js';

export { openStore } from './open.js';
export type {
  AttemptStore,
  Claim,
  Claimed,
  CommittedRow,
  FinishedAttempt,
  HostRecord,
  HostStore,
  JournalStore,
  OpenStoreOptions,
  OutputChunk,
  OutputStore,
  ProcessStore,
  RunRecord,
  RunStore,
  SlotState,
  SnapshotRecord,
  SnapshotStore,
  Store,
  TailOptions,
} from './store.js';
export { SLOT_STATES } from './store.js';

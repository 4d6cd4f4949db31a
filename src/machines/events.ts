import type { ErrorRecord } from '../errors.js';
import type { ProcessExit, ProcessIdentity } from './process.js';
import type { SlotStatus } from './run/slot.js';

/**
 * Everything the journal can hold, by type: `<noun>.<past>`. An event is journalled first and published from the
 * journal only; what is not in the table did not happen.
 */
export interface JournalEventData {
  'host.started': { pid: number; node: string; version: string };
  'host.ended': { how: 'stopped' | 'dead' };
  'host.fenced': { fenced: string; by: string };
  'forker.started': { pid: number; generation: number };
  'forker.exited': { pid: number; generation: number } & ProcessExit;

  'actor.crashed': { error: ErrorRecord };
  'actor.restarted': { reason: string; restarts: number };
  'supervisor.escalated': { reason: string; intensity: number; periodMs: number };
  'worker.failed': { error: ErrorRecord; boots: number; stderr: string };
  'worker.ready': { pid: number; bootMs: number };
  'pool.ready': { size: number };
  'pool.degraded': { usable: number; size: number };
  'slot.quarantined': { reason: string };

  'process.spawned': { spawnId: string; pid: number; command: readonly string[] };
  'process.exited': { spawnId: string; pid: number } & ProcessExit;
  'process.failed': { spawnId: string; error: ErrorRecord };
  'process.swept': { spawnId: string; killed: readonly number[] };
  'process.pid_reused': { spawnId: string; expected: ProcessIdentity; found: ProcessIdentity | null };
  'process.suspect': { spawnId: string; pid: number; reason: string };

  'attempt.started': { jobId: string; attempt: number };
  'attempt.ended': { jobId: string; attempt: number; outcome: SlotStatus };
  'attempt.lost': { jobId: string; attempt: number; reason: string };
  'attempt.late': { jobId: string; attempt: number; outcome: SlotStatus };

  'run.started': { run: string; slots: number };
  'run.continued': { run: string; committed: number };
  'run.paused': { run: string };
  'run.resumed': { run: string };
  'run.interrupted': { run: string; reason: string };
  'run.stopped': { run: string };
  'run.completed': { run: string; counts: Readonly<Record<SlotStatus, number>> };
  'slot.committed': { run: string; index: number; status: SlotStatus };
}

export type JournalEventType = keyof JournalEventData;

/** Ids that travel with an event: explicit, never ambient. */
export interface EventContext {
  readonly run?: string;
  readonly job?: string;
  readonly attempt?: number;
}

/** An event that is to be journalled. */
export type NewJournalEvent = {
  [T in JournalEventType]: {
    readonly type: T;
    readonly data: JournalEventData[T];
    readonly path?: string;
    readonly incarnation?: number;
    readonly ctx?: EventContext;
  };
}[JournalEventType];

/** An event as it stands in the journal. `seq` is the cursor of every stream; `at` is milliseconds since the epoch. */
export type JournalEvent = NewJournalEvent & { readonly seq: number; readonly runId: string; readonly at: number };

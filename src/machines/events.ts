import type { ErrorRecord } from '../errors.js';
import type { RunId, RunRef } from '../ids.js';
import type { CrashRecord } from './exits/crash-record.js';
import type { HostCrash } from './exits/host-crash.js';
import type { OverflowPolicy } from './pool/queue/checkout.js';
import type { ProcessExit, ProcessIdentity } from './process/process.js';
import type { Shortage } from './process/shortage.js';
import type { Amounts, JobWish, ParkedReason } from './work/job/policy.js';
import type { JobOutcome, JobState } from './work/job/states.js';
import type { RunWish } from './work/run/status.js';
import type { SkipReason } from './work/schedule/spec.js';
import type { SlotStatus } from './work/slot.js';
import type { RecycleReason } from './worker/recycle.js';
import type { WorkerCause } from './worker/worker-cause.js';

/**
 * Everything the journal can hold, by type: `<noun>.<past>`. An event is journalled first and published from the
 * journal only; what is not in the table did not happen.
 */
interface JournalEventData {
  'host.started': { pid: number; node: string; version: string };
  /** Written at the last moment of a process that ends with its system running; one that goes on after all lived on. */
  'host.crashed': HostCrash;
  'host.ended': { how: 'stopped' | 'dead' };
  'host.fenced': { fenced: RunId; by: RunId };
  'forker.started': { pid: number; generation: number };
  'forker.exited': { pid: number; generation: number } & ProcessExit;

  'actor.crashed': { error: CrashRecord };
  'actor.restarted': { reason: string; restarts: number };
  'supervisor.escalated': { reason: string; intensity: number; periodMs: number };
  /** `definition`: whether the machine's definition is the one that the state was saved under. */
  'snapshot.restored': {
    savedBy: RunId;
    savedAt: number;
    migratedFrom: string | null;
    definition: 'same' | 'changed';
  };
  'snapshot.quarantined': { reason: string };

  'worker.failed': { error: ErrorRecord; boots: number; stderr: string };
  'worker.ready': { pid: number; bootMs: number };
  /** A worker ended that nobody had asked to: of those that stay each, of an execution only one that was killed. */
  'worker.crashed': WorkerCrash;
  /** It neither answered nor worked; its crash follows. `stack`: what it wrote when it was asked for its stacks. */
  'worker.unresponsive': { pid: number; silentMs: number; cpuMs: number | null; stack: string };
  /** A worker makes way for one that serves already. */
  'worker.recycled': { reason: RecycleReason; detail: string; calls: number; ageMs: number; rss: number | null };
  'pool.ready': { size: number };
  'pool.degraded': { usable: number; size: number };
  'pool.resized': { from: number; size: number };
  'pool.drained': { waited: number };
  'breaker.opened': { failures: number; resetMs: number };
  'breaker.closed': { openMs: number };
  'seat.quarantined': { reason: string };
  /** A pool's queue was full; told at once, then at most every 5 s, with how many pieces of work that was since. */
  'queue.overflowed': { policy: OverflowPolicy; limit: number; times: number };

  /** Told once writes succeed again. */
  'store.refused': StoreTrouble;
  /** Another process had the store's lock for long; told once it let go of it. */
  'store.held': StoreHeld;

  /** Programs wait to be started, because the machine is short of something; `running`: how many of this host ran then. */
  'shortage.began': { reason: Shortage; text: string; running: number };
  /** `waited`: how many programs had to. */
  'shortage.ended': { reason: Shortage; lastedMs: number; waited: number };

  'process.spawned': { spawnId: string; pid: number; command: readonly string[] };
  'process.exited': { spawnId: string; pid: number } & ProcessExit;
  'process.failed': { spawnId: string; error: ErrorRecord };
  'process.swept': { spawnId: string; killed: readonly number[] };
  'process.pid_reused': { spawnId: string; expected: ProcessIdentity; found: ProcessIdentity | null };
  'process.suspect': { spawnId: string; pid: number; reason: string };

  /** `pid`: of the worker that has it, where it is a call; the process of an attempt's own was spawned right before. */
  'attempt.started': { jobId: string; attempt: number; pid?: number };
  'attempt.ended': { jobId: string; attempt: number; outcome: SlotStatus };
  'attempt.lost': { jobId: string; attempt: number; reason: string };
  'attempt.late': { jobId: string; attempt: number; outcome: SlotStatus };

  /** `dueAt`: when time alone will next do something with it, in milliseconds since the epoch. */
  'job.submitted': {
    jobId: string;
    queue: string;
    method: string | null;
    key: string | null;
    state: JobState;
    dueAt: number | null;
  };
  /** It can start now: its reason to wait is over, or its attempt came to nothing. */
  'job.queued': { jobId: string; queue: string };
  /** It cannot start now. `for`: what ends that, a name where there is one; `until`: when, in milliseconds since the epoch. */
  'job.parked': { jobId: string; queue: string; reason: ParkedReason; for: string; until: number | null };
  /** Somebody wants it to end while it runs; its host ends it. */
  'job.wanted': { jobId: string; queue: string; wish: JobWish; reason: string | null };
  /** Its attempt has ended to wait: for answers to these questions, and for so many jobs. `job.queued` tells that it goes on. */
  'job.waiting': { jobId: string; queue: string; attempt: number; questions: readonly string[]; jobs: number };
  'job.ended': { jobId: string; queue: string; outcome: JobOutcome; error: ErrorRecord | null };
  /** `suspends`: its attempt ends with it, and the job waits for the answer. */
  'question.asked': { jobId: string; queue: string; question: string; suspends: boolean };
  /** `early`: nobody has asked yet. */
  'question.answered': { jobId: string; queue: string; question: string; early: boolean };
  'queue.paused': { queue: string };
  'queue.resumed': { queue: string };
  'limit.changed': { name: string };
  /** Most of a budget is used; `spent` of `most`, by the job that it was given to and all below it. */
  'budget.warned': { jobId: string; unit: string; spent: number; most: number };
  /** A budget is used up: what is unfinished of the family ends. */
  'budget.exceeded': { jobId: string; unit: string; spent: number; most: number };
  /** Lines of its program were too long to be read: what they say of its usage is not counted. */
  'usage.skipped': { jobId: string; attempt: number; lines: number };
  /** `budget`: how much of each unit it allows from now on, of those that were set. */
  'budget.changed': { jobId: string; budget: Amounts };
  /** An operation of the user's held the store's writer, and with it every host, for so many milliseconds. */
  'operation.slow': { operation: string; ms: number };

  /** `nextAt`: its next instant, in milliseconds since the epoch; null when there is none, or it is paused. */
  'schedule.set': { schedule: string; change: 'created' | 'changed'; nextAt: number | null };
  /** An instant of it has made a job; `byHand`: somebody has asked for it. */
  'schedule.fired': { schedule: string; at: number; jobId: string; byHand: boolean };
  /** Instants from `since` to `at` make none; `count`: how many, null when nobody has counted them. */
  'schedule.skipped': { schedule: string; since: number; at: number; count: number | null; reason: SkipReason };
  'schedule.paused': { schedule: string };
  'schedule.resumed': { schedule: string; nextAt: number | null };
  /** It has no instant any more. */
  'schedule.ended': { schedule: string };
  'schedule.removed': { schedule: string };

  'run.started': { run: RunRef; slots: number };
  'run.continued': { run: RunRef; committed: number };
  /** Another process has asked its host for something; it follows, unless the run has moved on by then. */
  'run.asked': { run: RunRef; wish: RunWish };
  'run.paused': { run: RunRef };
  'run.resumed': { run: RunRef };
  'run.interrupted': { run: RunRef; reason: string };
  'run.stopped': { run: RunRef };
  'run.completed': { run: RunRef; counts: Readonly<Record<SlotStatus, number>> };
  'slot.committed': { run: RunRef; index: number; status: SlotStatus };
}

/** What is known of a worker's end, for those who ask why. */
export interface WorkerCrash extends ProcessExit {
  readonly spawnId: string;
  readonly pid: number | null;
  readonly cause: WorkerCause;
  readonly error: ErrorRecord | null;
  /** Whether it had been ready. */
  readonly served: boolean;
  /** What it wrote to standard error last: at most 2 KiB. */
  readonly stderr: string;
  /** Its resident memory when it was last looked at, in bytes. */
  readonly rssBytes: number | null;
  /** By how much the kernel's count of out-of-memory kills rose around its end. */
  readonly oomKills: number;
}

/** For how long another process had the lock of the store, and which: null where that could not be seen. */
export interface StoreHeld {
  readonly pid: number | null;
  readonly heldMs: number;
}

/** What a host could not write to its store. Times are milliseconds since the epoch. */
export interface StoreTrouble {
  readonly host: RunId;
  readonly error: ErrorRecord;
  readonly writes: number;
  readonly from: number;
  readonly to: number;
}

/** What a journal of before may hold beside: it is read, shown and explained as it stands, and never written. */
interface FormerEventData {
  /** Now `seat.quarantined`. */
  'slot.quarantined': JournalEventData['seat.quarantined'];
}

export type JournalEventType = keyof JournalEventData | keyof FormerEventData;

/** Ids that travel with an event: explicit, never ambient. */
export interface EventContext {
  readonly run?: RunRef;
  readonly job?: string;
  readonly attempt?: number;
  /** Of a job that needs no run, and of what is told of a queue itself. */
  readonly queue?: string;
}

type EventOf<Data> = {
  [T in keyof Data]: {
    readonly type: T;
    readonly data: Data[T];
    readonly path?: string;
    readonly incarnation?: number;
    readonly ctx?: EventContext;
  };
}[keyof Data];

/** An event that is to be journalled. */
export type NewJournalEvent = EventOf<JournalEventData>;

/** An event that a journal can hold, also one of before. */
export type KeptJournalEvent = NewJournalEvent | EventOf<FormerEventData>;

/** An event as it stands in the journal. `seq` is the cursor of every stream; `at` is milliseconds since the epoch. */
export type JournalEvent = KeptJournalEvent & { readonly seq: number; readonly runId: RunId; readonly at: number };

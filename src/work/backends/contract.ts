import type { ErrorCode, ErrorRecord } from '../../errors.js';
import type { AttemptRef, JobId } from '../../machines/ids/job-id.js';
import type { ProcessExit } from '../../machines/process/process.js';
import type { Amounts } from '../../machines/work/job/policy.js';
import type { JobContext } from '../../persistence/store.js';

export type { AttemptRef };

/** What a place is to execute: an attempt that is claimed on disk. */
export interface Dispatch extends AttemptRef {
  /** Any JSON value: what a program is made from, or the argument of the method. */
  readonly input: unknown;
  /** The place of the input in its run. */
  readonly index: number;
  /** The method of a worker; null where places run programs. */
  readonly method: string | null;
  /** For the execution, in milliseconds; null for none. */
  readonly timeoutMs: number | null;
  /** What it is told of its job; null for a slot of a run. */
  readonly context: JobContext | null;
  /** The registration that was written with the claim, where the place asks for one (`Place.registers`); null elsewhere. */
  readonly spawnId: string | null;
}

/** What a running attempt writes, for whoever keeps it: it is offered again until it is taken. */
export interface OutputSource {
  /** Whether there is something to take. */
  readonly pending: boolean;
  /** Hears what comes on standard output, taken or not, and at first what is kept of it. One at a time hears it. */
  hear(heard: (chunk: Uint8Array) => void): void;
  offer(): OutputOffer;
}

/** What a running attempt has said so far that it used. */
export interface UsageSource {
  /** In all, by unit. */
  readonly amounts: Amounts;
  /** What it said that is no amount; null while there is none. */
  readonly fault: string | null;
  /** Calls back when there is more. One at a time is called. */
  watch(changed: () => void): void;
}

/** What came since it was taken last. */
interface OutputOffer {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Whether bytes before these are gone: a place keeps a bounded end of each stream, and holds up no program. */
  readonly dropped: boolean;
  take(): void;
}

/** The receipt of an accepted attempt. */
export interface Ticket {
  readonly attempt: AttemptRef;
  /** The incarnation of the place that took it: what another one says of this attempt says nothing of this execution. */
  readonly incarnation: string;
  /** Null where nothing is written beside the result. */
  readonly output: OutputSource | null;
  /** Null where it says nothing of what it uses, beside what it prints. */
  readonly usage: UsageSource | null;
}

/**
 * Why a place takes an attempt not at all. Nothing of it runs, and nothing will.
 *
 * - `closed`: it takes nothing at present; `capacity.changed` says when it does
 * - `unfit`: the input makes nothing that could be executed here; it would not later either
 * - `fenced`: the place knows of a later epoch of this job, or has said of this attempt that it is `absent`
 */
export type SubmitRefusal =
  | { readonly type: 'refused'; readonly why: 'closed' | 'fenced' }
  | { readonly type: 'refused'; readonly why: 'unfit'; readonly error: ErrorRecord };

/** Nobody knows whether the place was reached. */
interface Unknown {
  readonly type: 'unknown';
  readonly error: ErrorRecord;
}

/** `unknown`: it may have been delivered. Whoever submitted it asks until he knows; he does not submit it again. */
export type SubmitAnswer = { readonly type: 'accepted'; readonly ticket: Ticket } | SubmitRefusal | Unknown;

/** `absent` is for good: should the attempt reach the place after this answer, it is refused. */
export type AskAnswer = { readonly type: 'accepted'; readonly ticket: Ticket } | { readonly type: 'absent' } | Unknown;

/** What is known of an execution that has ended. */
interface Ended {
  /** Of a program; null where there is none, or nobody saw it. */
  readonly exit: ProcessExit | null;
  /** Null when nothing of it was executed. */
  readonly durationMs: number | null;
  /** A process outside the group held a stream open past the end. */
  readonly heldOpen: boolean;
  /** Why what was executed could not be proven gone, if it could not. It is not executed again beside that. */
  readonly unproven?: string;
}

/** What became of an accepted attempt. */
export type Outcome =
  /** `interrupted`: it was stopped by us, and says nothing of the work. */
  | (Ended & {
      readonly type: 'attempt.completed';
      readonly how: 'succeeded' | 'interrupted';
      /** The answer of a method. */
      readonly result?: unknown;
    })
  | (Ended & {
      readonly type: 'attempt.completed';
      readonly how: 'failed' | 'timed_out';
      readonly error: ErrorRecord;
    })
  /** It ended to wait: for these jobs, and for the questions that it asked with `suspends`. A slot of a run cannot. */
  | (Ended & { readonly type: 'attempt.completed'; readonly how: 'suspended'; readonly awaits: readonly JobId[] })
  /** It was executed, and nobody saw its end. */
  | (Ended & { readonly type: 'attempt.lost'; readonly error: ErrorRecord })
  /** It was taken back before it began. */
  | { readonly type: 'attempt.withdrawn' };

/** An outcome on its way: one for each ticket, kept by the place until it is acknowledged. */
export interface Report {
  /** Rises with each report of a place. */
  readonly cursor: number;
  readonly ticket: Ticket;
  readonly outcome: Outcome;
}

/** What a place says of itself; `describe` says the same at any time, so that none of it needs to be kept. */
export type PlaceEvent =
  /** How many attempts may be at work there at once; 0: it takes nothing. */
  | { readonly type: 'capacity.changed'; readonly capacity: number }
  /** It is not to be trusted with work until somebody admits it again. Its capacity is 0. */
  | { readonly type: 'place.quarantined'; readonly reason: string }
  /** It has ended, and nobody starts it again: it never takes anything any more. */
  | { readonly type: 'place.closed'; readonly code: ErrorCode; readonly message: string };

/** A method that a place can execute. */
export interface PlaceMethod {
  readonly name: string;
  /** The code that serves it; null where it does not say. */
  readonly version: string | null;
}

/** A place as it is now. */
export interface Place {
  readonly path: string;
  readonly incarnation: string;
  /** Attempts that may be at work at once; 0 while it is paused, away or quarantined. */
  readonly capacity: number;
  /** What it serves, as far as it is known; null where it runs programs. */
  readonly methods: readonly PlaceMethod[] | null;
  /** Whether each claim for it registers a process on this machine, in the transaction of the claim. */
  readonly registers: boolean;
  /** Why it is quarantined; null when it is not. */
  readonly quarantined: string | null;
}

/** Who hears of a place. It must not throw, and must bear a report that it has had already. */
export interface Receiver {
  report(report: Report): void;
  event(event: PlaceEvent): void;
}

/**
 * One client's line to a place where attempts run: a run's, or a lane's. What it submits it hears of; what other clients
 * submit it does not.
 *
 * An attempt is durable before it is submitted, and its outcome before it is acknowledged: so whichever side dies, what
 * was done is known again from the other, or is lost and said to be.
 */
export interface Backend {
  describe(): Place;

  /**
   * Hands over an attempt. Idempotent: until its outcome is acknowledged an attempt is executed once, however often it is
   * submitted, and answered by the same ticket. Never rejects.
   */
  submit(dispatch: Dispatch): Promise<SubmitAnswer>;

  /** Whether an attempt that was submitted has arrived. Never rejects. */
  ask(attempt: AttemptRef): Promise<AskAnswer>;

  /**
   * Hears of outcomes and of the place from now on: first, at once, every report that is not acknowledged, from the cursor
   * on, then the capacity. At most one receiver is told at a time; the newest one is.
   *
   * @param after the cursor behind which to begin; 0 for all that is not acknowledged
   */
  listen(receiver: Receiver, after?: number): Disposable;

  /** The outcome of this cursor is kept elsewhere: it is not delivered again. One that is unknown changes nothing. */
  acknowledge(cursor: number): void;

  /** Takes nothing more, so that its capacity is 0; what is at work goes on. `resume` ends it. */
  pause(): void;

  resume(): void;

  /**
   * Ends attempts of this client, all of them if none is named: what waits is withdrawn, what runs is stopped, and each is
   * reported once it is proven gone. What ended by itself before it was reached is reported as it ended.
   */
  stop(attempts?: readonly AttemptRef[]): void;
}

/** Where a run's slots go. `makeRuns` (`work/runs/make-runs.ts`) chooses it, by the path and the method that the run names. */
export interface RunPlace {
  readonly path: string;
  /** A line of one's own to it. */
  line(): Backend;
}

/** Under which an attempt is found in a map. */
export function attemptKey({ jobId, epoch }: AttemptRef): string {
  return `${epoch} ${jobId}`;
}

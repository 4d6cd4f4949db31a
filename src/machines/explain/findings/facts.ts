import type { ErrorRecord } from '../../../errors.js';
import type { RunId, RunRef } from '../../../ids.js';
import type { JournalEvent, StoreTrouble } from '../../events.js';
import type { JobId } from '../../ids/job-id.js';
import type { HostPresence, ProcessState } from '../../process/process.js';
import type { AttemptRecord, FailedRow, JobState } from '../../work/attempt.js';
import type { LimitSettings } from '../../work/job/limit.js';
import type { JobPolicy, JobWish, ParkedReason } from '../../work/job/policy.js';
import type { JobState as StateOfJob } from '../../work/job/states.js';
import type { RunStatus, RunWish } from '../../work/run/status.js';
import type { RunPolicy } from '../../work/run-policy.js';
import type { SlotStatus } from '../../work/slot.js';

/** What is asked about. */
export type Target =
  | { readonly kind: 'actor'; readonly path: string }
  | { readonly kind: 'slot'; readonly run: RunRef; readonly index: number }
  | { readonly kind: 'run'; readonly run: RunRef }
  | { readonly kind: 'job'; readonly job: JobId }
  | { readonly kind: 'host'; readonly host: RunId };

/** The host that the target lives or lived in. Times are milliseconds since the epoch, here as everywhere in facts. */
export interface HostFact {
  readonly runId: RunId;
  readonly pid: number;
  readonly startedAt: number;
  readonly heartbeatAt: number;
  readonly endedAt: number | null;
  readonly ended: 'stopped' | 'dead' | null;
  /** Whether its process was found; `unknown` on another machine or in another container. */
  readonly presence: HostPresence;
}

/** The last known state of an actor. */
export interface ActorFact {
  readonly path: string;
  readonly role: string;
  readonly state: string;
  readonly at: number;
}

/** A registered process that was not proven gone. */
interface ProcessFact {
  readonly path: string;
  readonly jobId: string | null;
  readonly pid: number | null;
  readonly state: ProcessState;
}

export interface RunFact {
  readonly run: RunRef;
  readonly status: RunStatus;
  readonly wish: RunWish | null;
  readonly pool: string;
  readonly policy: RunPolicy;
  readonly total: number;
  readonly counts: Readonly<Record<SlotStatus, number>>;
  readonly updatedAt: number;
  /** Slots that are being executed now, by the store's word. */
  readonly executing: number;
  /** The first committed rows that did not succeed. */
  readonly failures: readonly FailedRow[];
}

export interface SlotFact {
  readonly jobId: string;
  readonly state: JobState;
  /** The input as it is shown. */
  readonly input: string;
  readonly attempts: readonly AttemptRecord[];
}

/** A job that belongs to no run. */
export interface JobFact {
  readonly jobId: JobId;
  readonly state: StateOfJob;
  readonly queue: string;
  readonly method: string | null;
  readonly version: string | null;
  readonly policy: JobPolicy;
  readonly parked: { readonly reason: ParkedReason; readonly for: string; readonly until: number | null } | null;
  readonly wanted: { readonly wish: JobWish; readonly reason: string | null } | null;
  readonly crashes: number;
  readonly alone: boolean;
  readonly submittedAt: number;
  readonly endedAt: number | null;
  readonly error: ErrorRecord | null;
  readonly attempts: readonly AttemptRecord[];
  /** The jobs that end before it starts. */
  readonly after: readonly { readonly jobId: JobId; readonly state: StateOfJob }[];
  /** The jobs that an attempt of it ended to wait for. */
  readonly awaits: readonly { readonly jobId: JobId; readonly state: StateOfJob }[];
  readonly questions: readonly QuestionFact[];
  readonly inQueue: QueueFact;
  /** The limits that it keeps, as far as they are set. */
  readonly limits: readonly LimitFact[];
}

/** What is asked of a person about a job. */
interface QuestionFact {
  readonly id: string;
  readonly question?: unknown;
  readonly attempt: number | null;
  readonly suspends: boolean;
  readonly askedAt: number | null;
  readonly answer?: unknown;
}

/** The queue of a job. */
interface QueueFact {
  readonly pausedAt: number | null;
  readonly queued: number;
  readonly running: number;
  /** Pools of living hosts, with the methods that they know; null for programs. */
  readonly servedBy: readonly { readonly path: string; readonly methods: readonly string[] | null }[];
}

interface LimitFact extends LimitSettings {
  readonly name: string;
  readonly holders: readonly JobId[];
  readonly waiting: number;
}

/** What the store's own disk has to say. */
export interface DiskFact {
  readonly file: string;
  /** Bytes that are left now; null when that cannot be found out. */
  readonly freeBytes: number | null;
  /** What a host could not write and could not yet say in the journal. */
  readonly trouble: StoreTrouble | null;
}

/** All that an explanation rests on. It is read at one moment, and nothing is looked up later. */
export interface Facts {
  readonly target: Target;
  readonly now: number;
  readonly host: HostFact | null;
  /** Of the target, of what is above and below it, and of its host; in the order of `seq`. */
  readonly events: readonly JournalEvent[];
  /** Whether older events were left out. */
  readonly partial: boolean;
  readonly actors: readonly ActorFact[];
  readonly processes: readonly ProcessFact[];
  readonly run: RunFact | null;
  readonly slot: SlotFact | null;
  readonly job: JobFact | null;
  readonly disk: DiskFact | null;
}

/**
 * Whether what became of its host concerns the target. A slot that has come to an end of its own, and a run that is over, are
 * as they are whatever happened to the host that drove them, or what it left, later.
 */
export function isHostsAffair({ target, slot, run, job }: Pick<Facts, 'target' | 'slot' | 'run' | 'job'>): boolean {
  switch (target.kind) {
    case 'actor':
    case 'host':
      return true;
    case 'run':
      return run?.status !== 'completed' && run?.status !== 'stopped';
    case 'slot':
      return slot === null || slot.state === 'queued' || slot.state === 'running' || isOrphaned(slot);
    case 'job':
      return job === null || job.state === 'running' || isOrphaned(job);
    default:
      return target satisfies never;
  }
}

function isOrphaned({ attempts }: Pick<SlotFact, 'attempts'>): boolean {
  return attempts.at(-1)?.state === 'orphaned';
}

/** The last moment of which these facts tell: now, or the end of a host that lives no more. */
export function lastMoment({ now, host, events }: Pick<Facts, 'now' | 'host' | 'events'>): number {
  if (host === null || (host.endedAt === null && host.presence !== 'gone')) return now;
  return Math.max(host.endedAt ?? host.heartbeatAt, events.findLast(({ runId }) => runId === host.runId)?.at ?? 0);
}

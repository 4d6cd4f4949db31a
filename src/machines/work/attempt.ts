import type { ErrorRecord } from '../../errors.js';
import type { ProcessExit } from '../process/process.js';
import { SLOT_STATUSES, type SlotStatus } from './slot.js';

/** The states of a slot's job: it waits, is being executed, or has come to an end. */
export const JOB_STATES = ['queued', 'running', ...SLOT_STATUSES] as const;
export type JobState = (typeof JOB_STATES)[number];

/**
 * The states of one execution. `suspended` ended to wait, and another one goes on when it need not any more. `interrupted`,
 * `lost` and `orphaned` did not end by themselves.
 */
export const ATTEMPT_STATES = [
  'running',
  'succeeded',
  'suspended',
  'failed',
  'timed_out',
  'cancelled',
  'interrupted',
  'lost',
  'orphaned',
] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** One execution of a slot, as it is told. Times are milliseconds since the epoch. */
export interface AttemptRecord {
  readonly attempt: number;
  readonly state: AttemptState;
  readonly exit: ProcessExit | null;
  readonly error: ErrorRecord | null;
  /** When it was claimed, which is before its program was spawned, or a worker had it. */
  readonly startedAt: number;
  /** When its end was written. */
  readonly endedAt: number | null;
  /** How long its program ran, or a worker had it, in milliseconds; null when it runs, never did, or nobody saw its end. */
  readonly ranMs: number | null;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
  readonly truncated: boolean;
  readonly heldOpen: boolean;
}

/** A committed row that did not succeed. */
export interface FailedRow {
  readonly index: number;
  readonly status: SlotStatus;
  readonly error: ErrorRecord | null;
}

import type { RunId } from '../../ids.js';
import type { JobId } from '../../machines/ids/job-id.js';
import type { JobState } from '../../machines/work/job/states.js';
import type { DueInstants } from '../../machines/work/schedule/due.js';
import type { ScheduleState } from '../../machines/work/schedule/machine.js';
import type { ScheduleSpec, SkipReason } from '../../machines/work/schedule/spec.js';

/** A schedule as it stands. Times are milliseconds since the epoch. */
export interface ScheduleRecord {
  readonly name: string;
  readonly state: ScheduleState;
  readonly spec: ScheduleSpec;
  /** The next instant; null unless it is active. */
  readonly nextAt: number | null;
  /** Up to here every instant is decided. It never goes back. */
  readonly cursor: number;
  /** Rises with each change of it but those that its instants make. */
  readonly revision: number;
  readonly setAt: number;
  /** Its newest occurrence. */
  readonly last: OccurrenceRecord | null;
}

/** What became of an instant of a schedule, or of several in a row that were skipped for one reason. */
export interface OccurrenceRecord {
  readonly schedule: string;
  /** The instant; the last one of several. */
  readonly at: number;
  /** The first one of several. */
  readonly since: number;
  /** How many; null when nobody has counted them. */
  readonly count: number | null;
  readonly decidedAt: number;
  /** Whether somebody has asked for it. */
  readonly byHand: boolean;
  /** The job that it made; null when it was skipped. */
  readonly jobId: JobId | null;
  /** How that job stands; null when it is not kept any more. */
  readonly jobState: JobState | null;
  readonly skipped: SkipReason | null;
}

/** A schedule whose instants are due, with the state that they were computed for. */
export interface DueSchedule {
  readonly name: string;
  readonly revision: number;
  readonly cursor: number;
  readonly due: DueInstants;
}

/** What is due, and what of it nobody here can compute. */
export interface DueSchedules {
  readonly due: readonly DueSchedule[];
  /** Schedules with a rule or a time zone that this version of Node does not know. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** The first instant that is not due yet; null when there is none. */
  readonly nextAt: number | null;
}

/** Which occurrences a history gives: the newest first. */
interface HistoryQuery {
  /** Only instants before this one: the last of the page before. */
  readonly before?: number;
  readonly limit: number;
}

/**
 * Schedules and their occurrences.
 *
 * Instants are computed outside of the writer thread, because each costs up to half a millisecond and a hundred may be due, while every host waits
 * for a transaction. What was computed names the revision and the cursor that it was computed for, and is nothing when the
 * schedule has moved on since.
 */
export interface ScheduleStore {
  /**
   * Makes a schedule, or changes one. An equal spec changes nothing. Another rule counts from now on; anything else that is
   * changed leaves the cursor where it is.
   *
   * @param now milliseconds since the epoch
   * @throws `ESP_INVALID` for a rule or a time zone that is none
   */
  set(name: string, spec: ScheduleSpec, now: number): Promise<'created' | 'changed' | 'unchanged'>;
  /** False when it is not active. @throws `ESP_NOT_FOUND` */
  pause(name: string): Promise<boolean>;
  /** What passed meanwhile is skipped. False when it is not paused. @throws `ESP_NOT_FOUND` */
  resume(name: string, now: number): Promise<boolean>;
  /** Its jobs stay. False when there is none. */
  remove(name: string): Promise<boolean>;
  /** Makes an occurrence that is no instant of its rule, in any state of it, as its overlap allows. @throws `ESP_NOT_FOUND` */
  runNow(name: string): Promise<OccurrenceRecord>;
  /** Computes what is due, and changes nothing. */
  due(now: number): Promise<DueSchedules>;
  /**
   * Makes and skips what is due. Several hosts may do it at once: each instant is decided once.
   *
   * @returns how many schedules it has moved on
   */
  tick(owner: RunId, due: readonly DueSchedule[], now: number): Promise<number>;
  get(name: string): Promise<ScheduleRecord | null>;
  /** In the order of their names. */
  list(): Promise<readonly ScheduleRecord[]>;
  /** The newest thousand of a schedule are kept. */
  history(name: string, query: HistoryQuery): Promise<readonly OccurrenceRecord[]>;
}

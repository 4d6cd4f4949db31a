import type { RunId, RunRef } from '../../ids.js';
import type { FailedRow, JobState } from '../../machines/work/attempt.js';
import type { RunStatus, RunWish } from '../../machines/work/run/status.js';
import type { RunPolicy } from '../../machines/work/run-policy.js';
import type { SlotRow, SlotStatus } from '../../machines/work/slot.js';
import type { OwnedAttempt } from './attempts.js';
import type { WriteOptions } from './options.js';

/** A run as it stands in the store. */
export interface RunRecord {
  readonly run: RunRef;
  readonly name: string | null;
  readonly status: RunStatus;
  /** The pool's path. */
  readonly pool: string;
  readonly policy: RunPolicy;
  /** What the creator needs to make the pool again (command, cwd, mode); JSON, opaque to the store. */
  readonly origin: unknown;
  readonly total: number;
  /** Committed rows by status. */
  readonly counts: Readonly<Record<SlotStatus, number>>;
  /** The place of the newest committed row in the order of commits; 0 without one. */
  readonly position: number;
  /** The host that drives it or drove it last. */
  readonly owner: RunId | null;
  readonly wish: RunWish | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A slot's state for the planner, as one byte each in the answer of `plan`. */
export const SLOT_STATES = ['pending', 'running', 'finished', 'committed'] as const;

/** The name of one of those bytes. */
export type SlotState = (typeof SLOT_STATES)[number];

/** A committed row with its place in the order of commits, the cursor of `rows`. */
export interface CommittedRow {
  readonly position: number;
  readonly row: SlotRow;
}

/** One slot with all that was tried, for those who ask why it is as it is. */
export interface SlotStory {
  readonly state: JobState;
  /** JSON text. */
  readonly input: string;
  /** In order. Of standard error only the end is given. */
  readonly attempts: readonly OwnedAttempt[];
}

/** How a run is doing, beside what its record says. */
export interface RunOutlook {
  /** Slots that are being executed. */
  readonly executing: number;
  /** The first committed rows that did not succeed. */
  readonly failures: readonly FailedRow[];
}

/**
 * Runs, their slots and their rows. What a host writes to a run that another host owns is refused with `ESP_OWNED`, to a
 * run that does not exist with `ESP_NOT_FOUND`.
 */
export interface RunStore {
  /** Adds a run in state `created`, without slots. */
  create(run: {
    run: RunRef;
    name: string | null;
    pool: string;
    policy: RunPolicy;
    origin: unknown;
    owner: RunId;
  }): Promise<void>;
  /** Adds slots behind those present, which are `before`; each input is any JSON value. */
  addSlots(run: RunRef, inputs: readonly unknown[], before?: number): Promise<void>;
  /** `created` → `running`; journals `run.started`. False when it was not `created`. */
  start(run: RunRef, owner: RunId): Promise<boolean>;
  /**
   * Takes a run for `owner`: allowed when it is not `created` or `completed` and its last owner has ended or is `owner`.
   * Sets `running`, clears the wish, journals `run.continued`.
   */
  acquire(
    run: RunRef,
    owner: RunId,
  ): Promise<
    | { readonly ok: true; readonly record: RunRecord }
    | {
        readonly ok: false;
        readonly why: 'missing' | 'incomplete' | 'completed' | 'owned';
        readonly owner: RunId | null;
      }
  >;
  /**
   * Failed, timed-out and cancelled slots lose their row and become `pending` again. Resolves with how many. Rejects with
   * `ESP_OWNED` while another living host owns the run; a `completed` run that got work back becomes `interrupted`.
   */
  reopenFailed(run: RunRef, owner: RunId): Promise<number>;
  /** One byte per slot: an index into `SLOT_STATES`. */
  plan(run: RunRef): Promise<Uint8Array>;
  /** The status of each finished, uncommitted slot, by index. */
  finished(run: RunRef): Promise<ReadonlyMap<number, SlotStatus>>;
  /**
   * Commits finished slots, in the order given, each with its row, counters and `slot.committed` event, all in one
   * transaction. A slot that is already committed is passed over; one that is not finished fails the whole call.
   *
   * With `as` the rows say that status whatever the slots produced (nothing of it goes into the row), and slots that are
   * still pending may be committed too: they will never run.
   */
  commit(
    run: RunRef,
    owner: RunId,
    indexes: readonly number[],
    as: 'cancelled' | 'skipped_pruned' | null,
    options?: WriteOptions,
  ): Promise<void>;
  /** A guarded status change with its event; false when the run was in none of `from`. Clears the wish. */
  setStatus(run: RunRef, owner: RunId, from: readonly RunStatus[], to: RunStatus, reason?: string): Promise<boolean>;
  /** Asks the run's owner for something; false when the run is not in a state in which it makes sense. */
  wish(run: RunRef, wish: RunWish): Promise<boolean>;
  get(run: RunRef): Promise<RunRecord | null>;
  /** Null when the run has no such slot. */
  slot(run: RunRef, index: number): Promise<SlotStory | null>;
  outlook(run: RunRef): Promise<RunOutlook>;
  /** Newest first. */
  list(): Promise<readonly RunRecord[]>;
  /**
   * Rows in the order of their commits, after a position, at most `limit`. Large outputs shorten a page further (about
   * 8 MiB each), so only an empty answer is the end.
   */
  committed(run: RunRef, after: number, limit: number): Promise<readonly CommittedRow[]>;
  /**
   * Of these slots, those that have ended, committed or not, by index: for readers who cannot wait for the order. A
   * ruling may still change what a row that is not committed says. Outputs are answered whole: ask for few at a time.
   */
  ended(run: RunRef, indexes: readonly number[]): Promise<readonly SlotRow[]>;
  /** Rows in slot order from an index on, at most `limit`; as for `committed`, only an empty answer is the end. */
  rows(run: RunRef, from: number, limit: number): Promise<readonly SlotRow[]>;
  /** The same rows, each with its place in the order of commits. */
  placedRows(run: RunRef, from: number, limit: number): Promise<readonly CommittedRow[]>;
  /**
   * SHA-256, in hexadecimal, over the committed rows in slot order: index, status and result, or standard output and
   * exit code. What depends on time or luck (durations, attempts, standard error) is left out.
   */
  runDigest(run: RunRef): Promise<string>;
}

import type { ErrorRecord } from '../../errors.js';
import type { StreamTexts } from '../../stream-text.js';

/** How a slot's row can end. */
export const SLOT_STATUSES = ['succeeded', 'failed', 'timed_out', 'cancelled', 'skipped_pruned'] as const;
export type SlotStatus = (typeof SLOT_STATUSES)[number];

/** What one execution of a program left behind. A stream that is not UTF-8 is in base64, and `encoding` says so. */
export interface ExecOutput extends StreamTexts {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Only the last 1 MiB of a stream is kept; true when something was dropped. */
  readonly truncated?: boolean;
  /** A process outside the group kept a stream open after the end; what it wrote later is not here. */
  readonly heldOpen?: boolean;
}

/** A committed row of a run: exactly one per slot, in slot order, never changed afterwards. */
export interface SlotRow {
  readonly index: number;
  readonly status: SlotStatus;
  readonly input: unknown;
  /** For programs. */
  readonly output?: ExecOutput;
  /** For methods of workers. */
  readonly result?: unknown;
  readonly error?: ErrorRecord;
  /** Executions that ran to an end of their own; those that died with their host are left out. */
  readonly attempts: number;
  /** Wall time of the last attempt from spawn to exit, in milliseconds. */
  readonly durationMs: number;
}

import type { RunId, RunRef } from '../../../ids.js';
import type { Registration } from '../../../machines/process/process.js';
import type { RunStatus, RunWish } from '../../../machines/work/run/status.js';
import type { RunPolicy } from '../../../machines/work/run-policy.js';
import type { SlotStatus } from '../../../machines/work/slot.js';
import type { ShownTexts } from '../../../stream-text.js';

/** A registered process; `reason` says why it is not what was written last. */
export interface SeenProcess extends Registration {
  readonly reason: string | null;
}

/** A run, as far as it is shown. */
export interface SeenRun {
  readonly run: RunRef;
  readonly name: string | null;
  readonly status: RunStatus;
  readonly pool: string;
  readonly policy: RunPolicy;
  readonly total: number;
  readonly counts: Readonly<Record<SlotStatus, number>>;
  readonly position: number;
  readonly owner: RunId | null;
  readonly wish: RunWish | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A committed row, as far as it is shown. */
export interface SeenRow {
  readonly position: number;
  readonly index: number;
  readonly status: SlotStatus;
  readonly input: unknown;
  /** What a call has answered; undefined where nothing has. */
  readonly result?: unknown;
  readonly attempts: number;
  readonly durationMs: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Where the slots around the commit cursor are: one stage per slot from `frontier` on. */
export interface SeenWindow {
  readonly frontier: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly slots: readonly {
    readonly index: number;
    readonly stage: 'pending' | 'running' | 'finished' | 'committed';
    readonly status: SlotStatus | null;
  }[];
}

export interface SeenText extends ShownTexts {
  readonly truncated: boolean;
}

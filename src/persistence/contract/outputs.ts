import type { RunRef } from '../../ids.js';
import type { AttemptRef, JobId } from '../../machines/ids/job-id.js';
import type { StreamTexts } from '../../stream-text.js';
import type { Late, OutputChunk } from './attempts.js';

/** What is kept of an attempt's output. */
export interface KeptOutput extends StreamTexts {
  readonly attempt: number;
  readonly truncated: boolean;
  readonly heldOpen: boolean;
}

/** What attempts wrote to their streams. */
export interface OutputStore {
  /**
   * Appends to what is kept of a running attempt of this store's host: the last `KEPT_OUTPUT_BYTES` of each stream, marked
   * `truncated` when more came. One that is late keeps what it has.
   */
  append(at: AttemptRef, chunk: OutputChunk): Promise<'kept' | Late>;
  /** The kept output of a slot's attempt (the newest if none is named), or null. A stream that is not UTF-8 is in base64. */
  read(run: RunRef, index: number, attempt?: number): Promise<KeptOutput | null>;
  /** The same of a job that needs no run. */
  readJob(jobId: JobId, attempt?: number): Promise<KeptOutput | null>;
}

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

/** Where reading goes on in what an attempt wrote: so many bytes of each stream, counted from its beginning, are known. */
export interface OutputPlace {
  readonly attempt: number;
  readonly stdout: number;
  readonly stderr: number;
}

/** Part of one stream. Positions are bytes from the beginning of the stream. */
export interface StreamPiece {
  readonly bytes: Uint8Array;
  /** Of the first of `bytes`: later than was asked for where what lay before is not kept. */
  readonly start: number;
  /** What has been written so far; at least so much where the output is `truncated`. */
  readonly written: number;
  /** Of that the end is kept: so many bytes. */
  readonly kept: number;
}

/** What an attempt wrote from a place on. */
export interface OutputPiece {
  readonly attempt: number;
  readonly stdout: StreamPiece;
  readonly stderr: StreamPiece;
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
  /**
   * What the newest attempt of a slot or a job wrote from a place on, or an attempt that is named; all that is kept when the place
   * is of another attempt. Null when there is no such attempt.
   */
  since(jobId: JobId, place: OutputPlace | null, attempt?: number): Promise<OutputPiece | null>;
  /** The same as `read` of a job that needs no run. */
  readJob(jobId: JobId, attempt?: number): Promise<KeptOutput | null>;
}

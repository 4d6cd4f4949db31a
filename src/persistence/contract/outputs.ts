import type { RunRef } from '../../ids.js';
import type { StreamTexts } from '../../stream-text.js';
import type { OutputChunk } from './attempts.js';

/** What is kept of an attempt's output. */
export interface KeptOutput extends StreamTexts {
  readonly attempt: number;
  readonly truncated: boolean;
  readonly heldOpen: boolean;
}

/** What attempts wrote to their streams. */
export interface OutputStore {
  /**
   * Appends to what is kept of a running attempt of this store's host: the last 1 MiB of each stream, marked `truncated`
   * when more came. An attempt that no longer runs, or is no longer this host's, keeps what it has.
   */
  append(at: { run: RunRef; index: number; attempt: number }, chunk: OutputChunk): Promise<void>;
  /** The kept output of a slot's attempt (the newest if none is named), or null. A stream that is not UTF-8 is in base64. */
  read(run: RunRef, index: number, attempt?: number): Promise<KeptOutput | null>;
}

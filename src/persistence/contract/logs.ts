import type { RunId } from '../../ids.js';
import type { OutputChunk } from './attempts.js';

/** How far a reader is in the two streams of a log, counted from the beginning of what was ever kept. */
export interface LogPlace {
  readonly stdout: number;
  readonly stderr: number;
}

/** What a worker or service printed, as far as it is kept and wanted. */
export interface KeptLog {
  readonly path: string;
  /** Who wrote to it last. */
  readonly runId: RunId;
  readonly incarnation: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** Where it ends: what is read next begins here. */
  readonly end: LogPlace;
  /** Whether bytes between what was wanted and these are not kept. */
  readonly truncated: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What workers and services print: the last 64 KiB of each stream of a path, through incarnations and hosts. */
export interface LogStore {
  /** Appends to the log of a path on behalf of this store's host. Of a thousand logs the one that was quiet longest makes way. */
  append(at: { path: string; incarnation: number }, chunk: OutputChunk): Promise<void>;
  /** The paths at or below one, in their order. */
  list(path: string): Promise<readonly string[]>;
  /** From a place on, or all that is kept; null when nothing is. */
  read(path: string, after?: LogPlace): Promise<KeptLog | null>;
}

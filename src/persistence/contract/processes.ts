import type { ErrorRecord } from '../../errors.js';
import type { RunId } from '../../ids.js';
import type { LiveProcess, ProcessExit, Registration, SpawnIntent } from '../../machines/process/process.js';

/**
 * Registrations of processes. A path belongs to the tree of one host, so it is unique within that host; a job is unique
 * across all hosts of the store. A change that does not fit the state rejects with `ESP_CONFLICT`, one of a registration
 * that does not exist with `ESP_NOT_FOUND`; `gone` and `suspect` of one that is already gone change nothing.
 */
export interface ProcessStore {
  /**
   * Registers a process that belongs to no job. (A job's own is registered with its claim.) Rejects with `ESP_CONFLICT` when
   * the path already has a registration in `intent` or `live`.
   */
  intend(intent: SpawnIntent): Promise<void>;
  /** Journals `process.spawned`, and `attempt.started` if it is the process of a job. */
  live(spawnId: string, process: LiveProcess): Promise<void>;
  /** The program did not start; journals `process.failed`. */
  failed(spawnId: string, error: ErrorRecord): Promise<void>;
  /**
   * Proven gone, group included; journals `process.exited` unless nobody saw the end. `runId` names the host that owns
   * the registration when it is not this store's: the janitor's case.
   */
  gone(spawnId: string, exit: ProcessExit | null, runId?: RunId): Promise<void>;
  /** Journals `process.suspect`; `runId` as for `gone`. */
  suspect(spawnId: string, reason: string, runId?: RunId): Promise<void>;
  /** Registrations not yet `gone`, of one host or of all. */
  present(runId?: RunId): Promise<readonly Registration[]>;
}

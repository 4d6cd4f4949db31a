import type { EventContext } from '../../machines/events.js';
import type { StarterEvent } from '../../machines/worker/starter.js';
import type { WorkerEnd, WorkerInput, WorkerMode } from '../../machines/worker/worker.js';
import type { Capture } from '../../transport/process/capture.js';
import type { SpawnedProcess } from '../../transport/process/contract/spawner.js';
import type { LastMemory } from './memory-watch.js';

/** The last segment of every worker's path. */
export const WORKER_ID = 'worker';

/** What a seat remembers of its incarnation's process, also when the worker that owned it has crashed. */
export interface SeatProcess {
  /** Settles when the spawn's outcome is known; null when nothing runs. Never rejects. */
  spawned: Promise<SpawnedProcess | null> | null;
  /** Milliseconds of the injected clock; null before. */
  startedAt: number | null;
  endedAt: number | null;
  /** Who it is, for those who ask why it ended; null before the worker asked for it. */
  identity: SeatProcessIdentity | null;
  /** What was known of its memory when its exit was reported. */
  memory: LastMemory | null;
  /**
   * How far its registration by the worker is: `none` for a claimed attempt, whose claim registered it; `waiting` for a
   * store that does not take writes now.
   */
  registration: 'none' | 'asked' | 'waiting' | 'kept' | 'refused';
  /** The timer of the next try, while it is `waiting`. */
  nextTry: unknown;
}

export interface SeatProcessIdentity {
  readonly spawnId: string;
  /** Null until it runs. */
  readonly pid: number | null;
  /** The work that it was started for, if for one alone. */
  readonly ctx: EventContext | undefined;
}

export const newSeatProcess = (): SeatProcess => ({
  spawned: null,
  startedAt: null,
  endedAt: null,
  identity: null,
  memory: null,
  registration: 'none',
  nextTry: null,
});

/** Where a worker lives, for its registration and for `ps`. */
export interface WorkerAddress {
  readonly path: string;
  readonly incarnation: number;
}

/** What was proven of an incarnation: everything gone, or why that cannot be said. */
export type ProofOfEnd = { readonly heldOpen: boolean } & (
  | { readonly clean: true; readonly reason?: never }
  | { readonly clean: false; readonly reason: string }
);

/** An incarnation that is over. */
export type SeatEnd = ProofOfEnd & { readonly end: WorkerEnd; readonly seatProcess: SeatProcess };

/**
 * What differs between the seats of exec pools, of protocol pools and of services: what their workers are started with, and
 * what becomes of their ends. Each starter has one.
 */
export interface SeatDriver {
  readonly mode: WorkerMode;
  /** Called once, before anything else: `tell` reaches the starter's machine while it lives. */
  bind(tell: (event: StarterEvent) => void): void;
  /** What the worker of one incarnation is started with. */
  worker(address: WorkerAddress, seatProcess: SeatProcess): WorkerInput;
  /** The streams whose end belongs to the end of the incarnation, if any. */
  readonly streams: Capture | null;
  /** The seat takes work from now on. */
  offer(): void;
  withdraw(): void;
  /** The incarnation and its group are gone, or could not be proven so. */
  ended(end: SeatEnd): void;
  /** What it wrote to stderr last, for the reason of a closed seat. */
  stderr(): string;
  /** The starter is leaving: nothing follows. */
  leave(reason: Error): void;
}

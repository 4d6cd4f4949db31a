import type { ActorRole } from '../../actor-role.js';
import type { Clock } from '../../clock.js';
import type { NewJournalEvent } from '../../machines/events.js';
import type { SnapshotStore } from '../../persistence/store.js';
import type { Directory } from './directory.js';

/** The live state of one cell, for those who look: never journalled, without a sequence number. */
export interface Observation {
  readonly path: string;
  readonly incarnation: number;
  readonly role: ActorRole;
  /**
   * The state of its machine; `running` for a plain machine, whose states are its own affair, and for what has none;
   * `exited` with the record of the exit as detail; `fault` with what was thrown.
   */
  readonly state: string;
  readonly detail?: unknown;
  /** Whether the last one is kept in the store although the role is not. */
  readonly kept?: boolean;
}

/** What a tree of actors needs from the world. The system extends it; tests hand in a simulated clock. */
export interface TreeEnvironment {
  readonly clock: Clock;
  /** In [0, 1). */
  random(): number;
  readonly directory: Directory;
  /** Writes an event to the journal; does not wait, does not throw. */
  journal(event: NewJournalEvent): void;
  /** Reports the state of a cell; does not throw. */
  observe(observation: Observation): void;
  /** Where machines are saved. */
  readonly snapshots?: SnapshotStore;
  /** Whether the whole tree has ended, or is ending, for good. */
  isOver?(): boolean;
}

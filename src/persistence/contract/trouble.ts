import type { StoreTrouble } from '../../machines/events.js';

/** The note beside the store, for what the journal cannot say because it cannot be written. */
export interface TroubleStore {
  /** What is noted, if anything. */
  read(): StoreTrouble | null;
  /** Forgets it, once it is in the journal. Only a store that writes on behalf of a host has a note. */
  clear(): void;
}

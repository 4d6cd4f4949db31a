import type { ServerMessage } from '../protocol/wire.js';

/** One subscription of one client: what it says next. */
export interface Feed {
  /** What is new since the last time; null for nothing. A promise while it must be read first. */
  next(): readonly ServerMessage[] | null | Promise<readonly ServerMessage[] | null>;
  close(): void;
}

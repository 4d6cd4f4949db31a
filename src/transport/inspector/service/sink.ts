import type { ServerMessage } from '../protocol/wire.js';

/** The way to one client: an encoder of messages. */
export interface Sink {
  send(message: ServerMessage): void;
  /** Bytes that were sent and have not left yet. */
  backlog(): number;
  /** Ends the connection, for this reason. */
  end(reason: string): void;
}

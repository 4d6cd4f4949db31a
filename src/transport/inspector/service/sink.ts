import type { ServerMessage } from '../protocol/wire.js';

/** The way to one client: an encoder of messages. */
export interface Sink {
  send(message: ServerMessage): void;
  /** Bytes that were sent and have not left yet. */
  backlog(): number;
  /** Whether the other side has left, or said goodbye: what waits is not read any more. */
  isLeft(): boolean;
  /** Ends the connection, for this reason; one whose other side does not let it end is cut. */
  end(reason: string): void;
}

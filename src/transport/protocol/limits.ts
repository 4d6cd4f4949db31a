/** The versions of the worker protocol that this host speaks, best first. */
export const PROTOCOL_VERSIONS: readonly number[] = [1];

/** The environment variable that tells a worker on which descriptor its host listens. */
export const WORKER_FD_VARIABLE = 'ESPALIER_FD';

/** The descriptor of the port in a worker. */
export const WORKER_FD = 3;

const MIB = 1024 * 1024;

/** The longest header line, in bytes, without its line feed. */
const MAX_HEADER = MIB;

/** The most raw parts behind one header line. */
export const MAX_TRAILERS = 1024;

/** What bounds the size of one frame. */
export interface FrameLimits {
  /** Header line in bytes, without its line feed. */
  readonly maxHeader: number;
  /** Header line, line feed and trailers in bytes. */
  readonly maxFrame: number;
}

/** The bounds of one worker's connection. Each has one policy at it, named here. */
export interface PortLimits extends FrameLimits {
  /** Chunks of one stream that may be under way unread. The sender waits; a worker that does not is killed. */
  readonly credit: number;
  /** Calls that are open in the worker. A further one is refused with `ESP_QUEUE_FULL`. */
  readonly maxCalls: number;
  /** Calls and questions of the worker that are unanswered. A further one is answered with `ESP_QUEUE_FULL`. */
  readonly maxRequests: number;
  /**
   * Bytes that wait to be written. Calls beyond are refused with `ESP_QUEUE_FULL`, streams wait, and nothing more is
   * read from the worker (whose messages would have to be answered) until half of it is written.
   */
  readonly maxBuffered: number;
}

export const DEFAULT_PORT_LIMITS: PortLimits = {
  maxHeader: MAX_HEADER,
  maxFrame: 64 * MIB,
  credit: 16,
  maxCalls: 1024,
  maxRequests: 64,
  maxBuffered: 128 * MIB,
};

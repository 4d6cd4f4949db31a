/**
 * An error that a method throws on purpose: its code, data and whether a retry may help reach the caller as they are.
 *
 * @example
 * import { WorkerError } from 'espalier/worker';
 * throw new WorkerError('RATE_LIMITED', 'the model is busy', { retryable: true, data: { retryAfterMs: 500 } });
 */
export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  readonly code: string;
  /** JSON; what JSON cannot hold stays behind. */
  readonly data: unknown;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { data?: unknown; retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data;
    this.retryable = options.retryable ?? false;
  }
}

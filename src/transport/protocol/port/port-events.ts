import type { EspalierError } from '../../../errors.js';
import type { CallContextIds, LogMessage, MetricMessage, ReadyMessage, WorkerMessage } from '../messages.js';
import type { Question } from './requests.js';

/** How a connection ended. */
export interface PortEnd {
  /** Whether the worker took its leave: an exit without it is a crash, whatever the exit code. */
  readonly bye: boolean;
  /** Whether everything that the worker wrote was read. */
  readonly readToEnd: boolean;
  readonly error: Error | null;
}

/**
 * What the owner of a port learns, in the order in which it happened. Handlers are called while a read is taken apart:
 * they must not throw, and what they keep is theirs to bound.
 */
export interface PortEvents {
  /** Once: the worker serves calls. */
  ready(message: ReadyMessage): void;
  /** The worker is still booting; its boot time starts anew. */
  progress(message: string): void;
  /**
   * At most once, followed by `ended`: the worker spoke out of protocol and must be killed. With
   * `error.context.permanent` it would do so again: no common version.
   */
  failed(error: EspalierError): void;
  /** Once, after every open call was settled. Nothing follows. */
  ended(end: PortEnd): void;
  /** `busy`: the calls that it runs. */
  pong(message: Extract<WorkerMessage, { t: 'pong' }>): void;
  /** `ctx`: what the call carries along that it belongs to; null outside of calls. */
  log(message: LogMessage, ctx: CallContextIds | null): void;
  event(message: Extract<WorkerMessage, { t: 'event' }>, ctx: CallContextIds | null): void;
  metric(message: MetricMessage, ctx: CallContextIds | null): void;
  ask(question: Question): void;
  /** The worker wishes to be replaced between calls. */
  recycle(reason: string): void;
  bye(): void;
}

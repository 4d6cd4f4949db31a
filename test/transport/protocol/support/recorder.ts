import { EventEmitter, once } from 'node:events';
import type { EspalierError } from '../../../../src/errors.js';
import type { LogMessage, MetricMessage, ReadyMessage } from '../../../../src/transport/protocol/messages.js';
import type { PortEnd, PortEvents } from '../../../../src/transport/protocol/port/port-events.js';
import type { Question } from '../../../../src/transport/protocol/port/requests.js';

/** Keeps what a port tells its owner, and lets a test wait for it. */
export class Recorder implements PortEvents {
  readonly order: string[] = [];
  readonly logs: LogMessage[] = [];
  readonly events: { name: string; d?: unknown; id?: number | undefined }[] = [];
  readonly metrics: MetricMessage[] = [];
  readonly questions: Question[] = [];
  readonly failures: EspalierError[] = [];
  readonly ends: PortEnd[] = [];
  readonly progressed: string[] = [];
  readonly recycled: string[] = [];
  readonly pongs: { n: number; busy: number }[] = [];
  readonly #emitter = new EventEmitter().setMaxListeners(100);

  /** Resolves when that happens next, at once when it has happened. */
  async until(kind: keyof PortEvents, count = 1): Promise<void> {
    while (this.order.filter((seen) => seen === kind).length < count) await once(this.#emitter, kind);
  }

  ready = (_message: ReadyMessage) => this.#note('ready');
  bye = () => this.#note('bye');
  progress = (message: string) => this.#note('progress', this.progressed.push(message));
  failed = (error: EspalierError) => this.#note('failed', this.failures.push(error));
  ended = (end: PortEnd) => this.#note('ended', this.ends.push(end));
  pong = (pong: { n: number; busy: number }) => this.#note('pong', this.pongs.push(pong));
  log = (message: LogMessage) => this.#note('log', this.logs.push(message));
  event = (message: { name: string; d?: unknown; id?: number | undefined }) =>
    this.#note('event', this.events.push(message));
  metric = (message: MetricMessage) => this.#note('metric', this.metrics.push(message));
  ask = (question: Question) => this.#note('ask', this.questions.push(question));
  recycle = (reason: string) => this.#note('recycle', this.recycled.push(reason));

  #note(kind: keyof PortEvents, _kept?: number): void {
    this.order.push(kind);
    this.#emitter.emit(kind);
  }
}

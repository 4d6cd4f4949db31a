import type { Clock } from '../../clock.js';
import { EspalierError } from '../../errors.js';
import { tell } from '../../listener.js';
import { TransientMap } from '../../transient-map.js';
import type { CallContextIds } from '../../transport/protocol/messages.js';
import type { Question } from '../../transport/protocol/port/requests.js';

/** A question that a worker asked and that is not answered. */
export interface Ask {
  /** Unique within the host. */
  readonly id: number;
  /** The path of the worker that asked. */
  readonly worker: string;
  readonly question: unknown;
  readonly ids: CallContextIds | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Fires when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Answers it, once. @throws EspalierError `ESP_INVALID` when the answer does not fit a frame */
  answer(value: unknown): void;
  refuse(error: unknown): void;
}

/** Who is asked first. It may answer now, later, or leave it to `system.asks`. What it throws, or rejects with, refuses. */
export type AskHandler = (ask: Ask) => unknown;

/**
 * The questions of all workers, in the order in which they were asked. How many a worker has open at most, its port decides
 * (`Requests`, by `maxRequests` of transport/protocol/limits.ts: 64).
 */
export class Asks {
  readonly #open = new TransientMap<number, Ask>();
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Questions that wait for an answer. */
  list(): readonly Ask[] {
    return [...this.#open.values()];
  }

  /** @throws EspalierError `ESP_NOT_FOUND` when nobody waits for that answer, `ESP_INVALID` when it does not fit a frame */
  answer(id: number, value: unknown): void {
    this.#get(id).answer(value);
  }

  /** The worker's `ask` fails with that error. @throws EspalierError `ESP_NOT_FOUND` */
  refuse(id: number, error: unknown): void {
    this.#get(id).refuse(error);
  }

  /** Takes a question; `handler` hears of it at once. */
  open(worker: string, question: Question, handler: AskHandler | undefined): void {
    this.#last += 1;
    const id = this.#last;
    const close = () => this.#open.delete(id);
    const ask: Ask = {
      id,
      worker,
      question: question.question,
      ids: question.ctx,
      at: this.#clock.now(),
      signal: question.signal,
      answer: (value) => {
        question.answer(value);
        close();
      },
      refuse: (error) => {
        question.refuse(error);
        close();
      },
    };
    this.#open.set(id, ask);
    question.signal.addEventListener('abort', close, { once: true });
    tell(() => handler?.(ask), ask.refuse);
  }

  #get(id: number): Ask {
    const ask = this.#open.get(id);
    if (ask) return ask;
    throw new EspalierError('ESP_NOT_FOUND', `no question ${id} waits for an answer`, { context: { id } });
  }
}

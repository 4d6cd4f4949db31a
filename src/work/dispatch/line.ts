import type { Clock } from '../../clock.js';
import type { EspalierError } from '../../errors.js';
import { TransientMap } from '../../transient-map.js';
import {
  attemptKey,
  type Backend,
  type Dispatch,
  type PlaceEvent,
  type Receiver,
  type Report,
  type SubmitRefusal,
  type Ticket,
} from '../backends/contract.js';

/** How long to wait before a place is asked again what has become of a submit, in milliseconds; doubled up to the most. */
const FIRST_ASK_MS = 100;
const MOST_ASK_MS = 5000;

/** What a line tells beside what it answers. */
interface LineEvents {
  capacity(slots: number): void;
  /** The place has ended for good. */
  closed(why: Pick<EspalierError, 'code' | 'message'>): void;
}

/**
 * A client's end of a backend: it submits, and matches outcomes with those who wait for them. What nobody knows (whether a
 * submit has arrived) it asks until it is known; it never submits twice.
 */
export class Line implements Receiver {
  readonly #waiting = new TransientMap<string, (report: Report) => void>();
  #listening: Disposable | null = null;
  #stopped = false;

  constructor(
    readonly backend: Backend,
    readonly clock: Clock,
    readonly events: LineEvents,
  ) {}

  open(): void {
    this.#listening = this.backend.listen(this);
  }

  close(): void {
    this.#listening?.[Symbol.dispose]();
    this.#listening = null;
  }

  /** Ends what is at work, also what the place turns out to have taken without having said so yet. */
  stop(): void {
    this.#stopped = true;
    this.backend.stop();
  }

  report(report: Report): void {
    this.#waiting.take(attemptKey(report.ticket.attempt))?.(report);
  }

  event(event: PlaceEvent): void {
    switch (event.type) {
      case 'capacity.changed':
        return this.events.capacity(event.capacity);
      case 'place.quarantined':
        return this.events.capacity(0);
      case 'place.closed':
        return this.events.closed(event);
      default:
        event satisfies never;
    }
  }

  /**
   * Has an attempt executed, and resolves with what became of it.
   *
   * @param accepted called once the place has it
   */
  async run(dispatch: Dispatch, accepted: (ticket: Ticket) => void): Promise<Report | SubmitRefusal> {
    const key = attemptKey(dispatch);
    // Before it is submitted: its outcome may come before the answer.
    const reported = new Promise<Report>((resolve) => this.#waiting.set(key, resolve));
    const answer = await this.#submit(dispatch, key);
    if (answer === 'reported') return reported;
    if (answer.type === 'accepted') {
      accepted(answer.ticket);
      // The stop may have reached the place before the attempt did.
      if (this.#stopped) this.backend.stop([answer.ticket.attempt]);
      return reported;
    }
    this.#waiting.delete(key);
    return answer;
  }

  async #submit(
    dispatch: Dispatch,
    key: string,
  ): Promise<{ readonly type: 'accepted'; readonly ticket: Ticket } | SubmitRefusal | 'reported'> {
    const { jobId, epoch, attempt } = dispatch;
    const answer = await this.backend.submit(dispatch);
    if (answer.type !== 'unknown') return answer;
    for (let ms = FIRST_ASK_MS; ; ms = Math.min(MOST_ASK_MS, ms * 2)) {
      await new Promise<void>((resolve) => void this.clock.setTimeout(resolve, ms));
      // An outcome is the best answer.
      if (!this.#waiting.has(key)) return 'reported';
      const found = await this.backend.ask({ jobId, epoch, attempt });
      if (found.type === 'accepted') return found;
      if (found.type === 'absent') return { type: 'refused', why: 'fenced' };
    }
  }
}

import type { JournalEvent } from '../../../machines/events.js';
import type { TimelineFilter, WireEvent } from '../protocol/wire.js';
import type { Redactor } from '../redactor.js';
import { LIMITS } from './limits.js';
import { RingEvent } from './wire-event.js';

/** The newest events, for all timelines. */
export class Ring {
  #events: RingEvent[] = [];
  /** Everything after this is here, up to `head`. */
  #floor = 0;
  #head = 0;

  constructor(readonly redactor: Redactor) {}

  get floor(): number {
    return this.#floor;
  }

  get head(): number {
    return this.#head;
  }

  /** Begins anew: nothing up to `seq` is here. */
  reset(seq: number): void {
    this.#events = [];
    this.#floor = seq;
    this.#head = seq;
  }

  push(event: JournalEvent): void {
    this.#events.push(new RingEvent(event, this.redactor));
    this.#head = event.seq;
    if (this.#events.length < LIMITS.ring * 2) return;
    this.#events = this.#events.slice(-LIMITS.ring);
    this.#floor = (this.#events[0]?.seq ?? this.#head + 1) - 1;
  }

  /** Events after a cursor that is not below the floor, at most `limit` that fit, and how far was looked. */
  after(seq: number, filter: TimelineFilter, limit: number): { readonly events: WireEvent[]; readonly seq: number } {
    const events: WireEvent[] = [];
    for (let at = this.#first(seq); at < this.#events.length; at += 1) {
      const event = this.#events[at];
      if (!event?.fits(filter)) continue;
      events.push(event.wire);
      if (events.length === limit) return { events, seq: event.seq };
    }
    return { events, seq: this.#head };
  }

  /** The place of the first event after a cursor. */
  #first(seq: number): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

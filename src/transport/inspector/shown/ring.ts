import type { JournalEvent } from '../../../machines/events.js';
import { LIMITS } from '../limits.js';
import type { TimelineFilter, WireEvent } from '../protocol/wire.js';
import type { Redactor } from './redactor.js';
import { RingEvent } from './wire-event.js';

/** Events for one message, and how far whoever has them has looked. */
export interface Batch {
  readonly events: WireEvent[];
  readonly seq: number;
}

/** Puts events, in order, into messages that arrive in time over a slow connection. */
export class Batches {
  readonly #full: Batch[] = [];
  #events: WireEvent[] = [];
  #size = 0;
  count = 0;

  add({ wire, size, seq }: RingEvent): void {
    this.count += 1;
    this.#size += size;
    this.#events.push(wire);
    if (this.#size >= LIMITS.eventsSize) this.#close(seq);
  }

  /** All of them, the last one possibly without events, when so far was looked. */
  upTo(seq: number): readonly [Batch, ...Batch[]] {
    const [first, ...others] = this.#full;
    if (first && this.#events.length === 0 && this.#full.at(-1)?.seq === seq) return [first, ...others];
    this.#close(seq);
    return this.upTo(seq);
  }

  #close(seq: number): void {
    this.#full.push({ events: this.#events, seq });
    this.#events = [];
    this.#size = 0;
  }
}

/** The newest events, for all timelines. */
export class Ring {
  #events: RingEvent[] = [];
  /** Everything after this is here, up to `head`. */
  #floor = 0;
  #head = 0;
  /** What was answered last: clients that follow without a filter ask for the same, one after the other. */
  #last: {
    readonly after: number;
    readonly head: number;
    readonly limit: number;
    readonly found: readonly Batch[];
  } | null = null;

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
    this.#last = null;
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

  /** Events after a cursor that is not below the floor, at most `limit` that fit. */
  after(seq: number, filter: TimelineFilter, limit: number): readonly Batch[] {
    if (Object.keys(filter).length > 0) return this.#find(seq, filter, limit);
    const last = this.#last;
    if (last?.after === seq && last.head === this.#head && last.limit === limit) return last.found;
    const found = this.#find(seq, filter, limit);
    this.#last = { after: seq, head: this.#head, limit, found };
    return found;
  }

  #find(seq: number, filter: TimelineFilter, limit: number): readonly Batch[] {
    const found = new Batches();
    for (let at = this.#first(seq); at < this.#events.length; at += 1) {
      const event = this.#events[at];
      if (!event?.fits(filter)) continue;
      found.add(event);
      if (found.count === limit) return found.upTo(event.seq);
    }
    return found.upTo(this.#head);
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

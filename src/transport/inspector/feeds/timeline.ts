import type { InspectedHost } from '../inspected-host.js';
import { LIMITS } from '../limits.js';
import type { Position, ServerMessage, TimelineFilter } from '../protocol/wire.js';
import { type Batch, Batches, type Ring } from '../shown/ring.js';
import { RingEvent } from '../shown/wire-event.js';
import type { Feed } from './feed.js';

export interface TimelineOptions {
  readonly id: number;
  readonly filter: TimelineFilter;
  /** How many events it begins with. */
  readonly last: number;
  readonly resume: Position | null;
  readonly ring: Ring;
  readonly journal: InspectedHost['journal'];
}

/**
 * One client's place in the journal. Whatever it is told is read from behind its cursor, from the ring or from the table,
 * so no event can be missing and none can come twice.
 */
export class TimelineFeed implements Feed {
  readonly #options: TimelineOptions;
  #cursor: number | null;
  #lost: 'too_old' | 'slow' = 'too_old';

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.#cursor = options.resume?.seq ?? null;
  }

  next(): readonly ServerMessage[] | null | Promise<readonly ServerMessage[] | null> {
    const { ring } = this.#options;
    if (this.#cursor === null) return this.#begin();
    if (this.#cursor >= ring.head) return null;
    if (ring.head - this.#cursor > LIMITS.replay) return this.#beginAgain(this.#lost);
    return this.#cursor < ring.floor ? this.#replay(this.#cursor) : this.#go(this.#cursor);
  }

  close(): void {
    // It holds nothing but its place.
  }

  #go(cursor: number): readonly ServerMessage[] {
    const { ring, filter, id } = this.#options;
    this.#lost = 'slow';
    const found = ring.after(cursor, filter, LIMITS.eventsPerFrame);
    this.#cursor = found.at(-1)?.seq ?? cursor;
    return found.map((batch) => ({ type: 'events', id, ...batch }));
  }

  async #replay(cursor: number): Promise<readonly ServerMessage[]> {
    const { id, ring } = this.#options;
    if (cursor < (await this.#options.journal.floor())) return this.#beginAgain('too_old');
    const { events, seq } = await this.#read(cursor, LIMITS.eventsPerFrame);
    // The ring may have been let go and begun anew meanwhile; what was read is read.
    this.#cursor = Math.max(seq, cursor);
    if (this.#cursor >= ring.floor) this.#lost = 'slow';
    return batched(events, this.#cursor).map((batch) => ({ type: 'events', id, ...batch }));
  }

  async #beginAgain(reason: 'too_old' | 'slow'): Promise<readonly ServerMessage[]> {
    return [{ type: 'resync', id: this.#options.id, reason }, ...(await this.#begin())];
  }

  /** The last events, looked for as far back as a client may be behind. */
  async #begin(): Promise<readonly ServerMessage[]> {
    const { id, ring, last } = this.#options;
    const seq = ring.head;
    const floor = await this.#options.journal.floor();
    const found: RingEvent[] = [];
    for (let back = last * 2; last > 0 && found.length < last; back *= 4) {
      const after = Math.max(floor, seq - back);
      const { events } = await this.#read(after, Number.POSITIVE_INFINITY, seq);
      found.splice(0, found.length, ...events.slice(-last));
      if (after === floor || back > LIMITS.replay) break;
    }
    this.#cursor = seq;
    this.#lost = 'slow';
    const [first, ...others] = batched(found, seq);
    const content = { view: 'timeline', events: first.events } as const;
    return [
      { type: 'snapshot', id, rev: 0, seq: first.seq, content },
      ...others.map((batch) => ({ type: 'events', id, ...batch }) as const),
    ];
  }

  /** Events of the table that fit, up to `limit` events looked at, or up to a seq. */
  async #read(after: number, limit: number, upTo = Number.POSITIVE_INFINITY) {
    const { journal, filter, ring } = this.#options;
    const events: RingEvent[] = [];
    let seq = after;
    let looked = 0;
    for await (const event of journal.tail({ after, follow: false })) {
      if (event.seq > upTo) break;
      seq = event.seq;
      const seen = new RingEvent(event, ring.redactor);
      if (seen.fits(filter)) events.push(seen);
      looked += 1;
      if (looked === limit) return { events, seq };
    }
    return { events, seq: Math.max(seq, Math.min(ring.head, upTo)) };
  }
}

function batched(events: readonly RingEvent[], seq: number): readonly [Batch, ...Batch[]] {
  const batches = new Batches();
  for (const event of events) batches.add(event);
  return batches.upTo(seq);
}

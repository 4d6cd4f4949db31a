import { EspalierError } from '../../errors.js';
import { admit, checkout, type OverflowPolicy } from '../../machines/pool/queue/checkout.js';
import { TransientMap } from '../../transient-map.js';
import type { Roster, Seat } from './roster.js';

export { Roster, type Seat } from './roster.js';

/** A piece of work in a pool's queue: it is begun in a seat, or refused, once. */
export interface Work<S extends Seat = Seat> {
  /** Withdraws the work while it waits; withdrawn work never begins. */
  readonly signal?: AbortSignal | undefined;
  /** Waits for room in a full queue whatever the queue's policy: whoever submits it bounds it himself. */
  readonly patient?: boolean | undefined;
  /** The seat that takes it if it has room. */
  readonly prefers?: S | undefined;
  /** The only seat that can take it: it waits for that one, lets others overtake it, and is refused when it is gone. */
  readonly requires?: S | undefined;
  /** Seats that take it only when no other has room. */
  readonly avoids?: ReadonlySet<string> | undefined;
  begin(seat: S): void;
  refuse(error: unknown): void;
}

export interface WorkQueueOptions {
  readonly pool: string;
  readonly limit: number;
  readonly overflow: OverflowPolicy;
  /** Called for each piece of work that met a full queue, whatever became of it; not for patient work, which waits its turn. */
  readonly onOverflow?: () => void;
}

/** Work in a queue: where it stands in the order of arrival, and how its signal is let go of. */
interface Entry<S extends Seat> {
  readonly ticket: number;
  readonly work: Work<S>;
  unwatch(): void;
}

/**
 * First in, first out, bounded. Plain code on purpose: a call changes no actor's state, so it costs no transition.
 */
export class WorkQueue<S extends Seat = Seat> {
  /** By ticket: a map keeps its order and lets a withdrawn entry leave from the middle at once. */
  readonly #waiting = new TransientMap<number, Entry<S>>();
  readonly #held = new TransientMap<number, Entry<S>>();
  #tickets = 0;
  /** How many of those that wait require one seat. */
  #bound = 0;
  #uses = 0;
  #closed: EspalierError | null = null;
  #onEmpty: () => void = () => undefined;

  constructor(
    readonly roster: Roster<S>,
    readonly options: WorkQueueOptions,
  ) {
    roster.onRoom = () => this.#pump();
    roster.onGone = (seat) => this.#refuseBound(seat);
  }

  /** Work that waits, held callers included. */
  get length(): number {
    return this.#waiting.size + this.#held.size;
  }

  /** Whether it takes work. */
  get isOpen(): boolean {
    return this.#closed === null;
  }

  submit(work: Work<S>): void {
    if (this.#closed) return work.refuse(this.#closed);
    if (work.signal?.aborted) return work.refuse(work.signal.reason);
    const entry = this.#entry(work);
    // Those that require a seat let everybody overtake them: had their seat room, they would not wait.
    if (this.length === this.#bound && this.#begin(entry)) return;
    const overflow = work.patient ? 'wait' : this.options.overflow;
    const admission = admit(overflow, this.#waiting.size, this.options.limit);
    if (admission !== 'enqueue' && !work.patient) this.options.onOverflow?.();
    switch (admission) {
      case 'enqueue':
        return this.#enter(entry, this.#waiting);
      case 'hold':
        return this.#enter(entry, this.#held);
      case 'replace-oldest':
        this.#refuseOldest();
        return this.#enter(entry, this.#waiting);
      case 'reject':
        this.#remove(entry);
        work.refuse(this.#full());
        return;
      default:
        admission satisfies never;
    }
  }

  /** Refuses everything that waits, and all that comes. */
  close(reason: EspalierError): void {
    this.#closed = reason;
    this.roster.onRoom = () => undefined;
    this.roster.onGone = () => undefined;
    for (const entry of [...this.#entries()]) {
      this.#remove(entry);
      entry.work.refuse(reason);
    }
  }

  /** Refuses all that comes, and resolves when nothing waits any more. */
  drain(reason: EspalierError): Promise<void> {
    this.#closed = reason;
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#settleEmpty();
    });
  }

  /** Takes work again after `drain`. */
  reopen(): void {
    this.#closed = null;
  }

  #pump(): void {
    // A queue that holds nothing (limit 0) still serves those whom it holds back.
    for (const entry of this.#entries()) {
      if (!this.#begin(entry) && !entry.work.requires) return;
      this.#admitHeld();
    }
  }

  *#entries(): Generator<Entry<S>> {
    yield* this.#waiting.values();
    yield* this.#held.values();
  }

  #begin(entry: Entry<S>): boolean {
    const { work } = entry;
    const seat = this.#choose(work);
    if (seat === null) return false;
    this.#remove(entry);
    this.#uses += 1;
    seat.load += 1;
    seat.lastUsed = this.#uses;
    work.begin(seat);
    return true;
  }

  #choose(work: Work<S>): S | null {
    const { requires } = work;
    if (requires) return requires.load < requires.capacity ? requires : null;
    return checkout(this.roster.seats(), work);
  }

  #enter(entry: Entry<S>, line: TransientMap<number, Entry<S>>): void {
    if (entry.work.requires) this.#bound += 1;
    line.set(entry.ticket, entry);
  }

  #admitHeld(): void {
    for (const entry of this.#held.values()) {
      if (this.#waiting.size >= this.options.limit) return;
      this.#held.delete(entry.ticket);
      this.#waiting.set(entry.ticket, entry);
    }
  }

  #entry(work: Work<S>): Entry<S> {
    this.#tickets += 1;
    const ticket = this.#tickets;
    const { signal } = work;
    if (!signal) return { ticket, work, unwatch: () => undefined };
    const withdraw = () => {
      this.#remove(entry);
      this.#admitHeld();
      work.refuse(signal.reason);
    };
    const entry = { ticket, work, unwatch: () => signal.removeEventListener('abort', withdraw) };
    signal.addEventListener('abort', withdraw, { once: true });
    return entry;
  }

  #remove(entry: Entry<S>): void {
    const waited = this.#waiting.delete(entry.ticket) || this.#held.delete(entry.ticket);
    if (waited && entry.work.requires) this.#bound -= 1;
    entry.unwatch();
    if (waited) this.#settleEmpty();
  }

  #settleEmpty(): void {
    if (this.length === 0) this.#onEmpty();
  }

  #refuseBound(seat: S): void {
    if (this.#bound === 0) return;
    for (const entry of [...this.#entries()]) {
      if (entry.work.requires !== seat) continue;
      this.#remove(entry);
      entry.work.refuse(
        new EspalierError('ESP_SESSION_LOST', `pool ${this.options.pool}: the session's worker is gone`),
      );
    }
    this.#admitHeld();
  }

  #refuseOldest(): void {
    for (const oldest of this.#waiting.values()) {
      this.#remove(oldest);
      oldest.work.refuse(this.#full());
      return;
    }
  }

  #full(): EspalierError {
    const { pool, limit, overflow } = this.options;
    return new EspalierError('ESP_QUEUE_FULL', `pool ${pool}: the queue holds its limit of ${limit}`, {
      context: { pool, limit, overflow },
    });
  }
}

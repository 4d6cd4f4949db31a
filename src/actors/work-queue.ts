import { EspalierError } from '../errors.js';
import { admit, checkout, type OverflowPolicy, type SlotLoad } from '../machines/checkout.js';

/** A piece of work in a pool's queue: it is begun in a slot, or refused, once. */
export interface Work<S extends Slot = Slot> {
  /** Withdraws the work while it waits; withdrawn work never begins. */
  readonly signal?: AbortSignal | undefined;
  /** Waits for room in a full queue whatever the queue's policy: whoever submits it bounds it himself. */
  readonly patient?: boolean | undefined;
  begin(slot: S): void;
  refuse(error: unknown): void;
}

/** A worker slot as the queue sees it. */
export interface Slot extends SlotLoad {
  readonly id: string;
  load: number;
  lastUsed: number;
}

/** The slots of a pool that take work now; it outlives a crash of the queue. */
export class Roster<S extends Slot = Slot> {
  readonly #slots = new Map<string, S>();
  /** Called when a slot has room again. */
  onRoom: () => void = () => undefined;

  offer(slot: S): void {
    this.#slots.set(slot.id, slot);
    this.onRoom();
  }

  withdraw(slot: S): void {
    if (this.#slots.get(slot.id) === slot) this.#slots.delete(slot.id);
  }

  slots(): IterableIterator<S> {
    return this.#slots.values();
  }
}

export interface WorkQueueOptions {
  readonly pool: string;
  readonly limit: number;
  readonly overflow: OverflowPolicy;
  /** Called for each piece of work that met a full queue, whatever became of it; not for patient work, which waits its turn. */
  readonly onOverflow?: () => void;
}

/**
 * First in, first out, bounded. Plain code on purpose: a call changes no actor's state, so it costs no transition.
 */
export class WorkQueue<S extends Slot = Slot> {
  /** A set keeps insertion order and lets a withdrawn entry leave from the middle at once. */
  readonly #waiting = new Set<Work<S>>();
  readonly #held = new Set<Work<S>>();
  readonly #listeners = new Map<Work<S>, () => void>();
  #uses = 0;
  #closed: EspalierError | null = null;

  constructor(
    readonly roster: Roster<S>,
    readonly options: WorkQueueOptions,
  ) {
    roster.onRoom = () => this.#pump();
  }

  /** Work that waits, held callers included. */
  get length(): number {
    return this.#waiting.size + this.#held.size;
  }

  submit(work: Work<S>): void {
    if (this.#closed) return work.refuse(this.#closed);
    if (work.signal?.aborted) return work.refuse(work.signal.reason);
    this.#watch(work);
    if (this.length === 0 && this.#begin(work)) return;
    const overflow = work.patient ? 'wait' : this.options.overflow;
    const admission = admit(overflow, this.#waiting.size, this.options.limit);
    if (admission !== 'enqueue' && !work.patient) this.options.onOverflow?.();
    switch (admission) {
      case 'enqueue':
        this.#waiting.add(work);
        return;
      case 'hold':
        this.#held.add(work);
        return;
      case 'replace-oldest':
        this.#refuseOldest();
        this.#waiting.add(work);
        return;
      case 'reject':
        this.#remove(work);
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
    for (const work of [...this.#waiting, ...this.#held]) {
      this.#remove(work);
      work.refuse(reason);
    }
  }

  #pump(): void {
    // A queue that holds nothing (limit 0) still serves those whom it holds back.
    for (let next = this.#next(); next && this.#begin(next); next = this.#next()) this.#admitHeld();
  }

  #next(): Work<S> | undefined {
    for (const work of this.#waiting) return work;
    for (const work of this.#held) return work;
    return undefined;
  }

  #begin(work: Work<S>): boolean {
    const slot = checkout(this.roster.slots());
    if (slot === null) return false;
    this.#remove(work);
    this.#uses += 1;
    slot.load += 1;
    slot.lastUsed = this.#uses;
    work.begin(slot);
    return true;
  }

  #admitHeld(): void {
    for (const work of this.#held) {
      if (this.#waiting.size >= this.options.limit) return;
      this.#held.delete(work);
      this.#waiting.add(work);
    }
  }

  #watch(work: Work<S>): void {
    const { signal } = work;
    if (!signal) return;
    const withdraw = () => {
      this.#remove(work);
      this.#admitHeld();
      work.refuse(signal.reason);
    };
    signal.addEventListener('abort', withdraw, { once: true });
    this.#listeners.set(work, () => signal.removeEventListener('abort', withdraw));
  }

  #remove(work: Work<S>): void {
    this.#waiting.delete(work);
    this.#held.delete(work);
    this.#listeners.get(work)?.();
    this.#listeners.delete(work);
  }

  #refuseOldest(): void {
    for (const oldest of this.#waiting) {
      this.#remove(oldest);
      oldest.refuse(this.#full());
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

import type { SeatLoad } from '../../machines/pool/queue/checkout.js';

/** A seat as the queue sees it. */
export interface Seat extends SeatLoad {
  readonly id: string;
  load: number;
  lastUsed: number;
}

/** The seats of a pool that take work now; it outlives a crash of the queue. */
export class Roster<S extends Seat = Seat> {
  readonly #seats = new Map<string, S>();
  /** Seats that make way: they take no more work, and what is told when the last of it is over. */
  readonly #retiring = new Map<string, { readonly seat: S | null; readonly empty: (seat: S | null) => void }>();
  /** Those who wait until nothing runs in any seat. */
  readonly #idlers = new Set<() => void>();
  /** Called when a seat has room again. */
  onRoom: () => void = () => undefined;
  /** Called when a seat that took work is no more, or another incarnation. */
  onGone: (seat: S) => void = () => undefined;

  /** Called when other seats take work than before. */
  onMembers: () => void = () => undefined;

  /** The seat takes work: it is new, or has room again. */
  offer(seat: S): void {
    const retirement = this.#retiring.get(seat.id);
    if (retirement) {
      if (seat.load === 0) this.#retired(seat.id, retirement);
    } else {
      const isNew = this.#seats.get(seat.id) !== seat;
      this.#seats.set(seat.id, seat);
      this.onRoom();
      if (isNew) this.onMembers();
    }
    this.#settleIdlers();
  }

  withdraw(seat: S): void {
    const retirement = this.#retiring.get(seat.id);
    if (retirement) this.#retired(seat.id, retirement);
    if (this.#seats.get(seat.id) === seat) {
      this.#seats.delete(seat.id);
      this.onMembers();
    }
    this.onGone(seat);
    this.#settleIdlers();
  }

  /**
   * No more work for the seat of that id. Resolves with it when the last of what ran in it is over; with null when it
   * took no work in the first place.
   */
  retire(id: string): Promise<S | null> {
    const seat = this.#seats.get(id) ?? null;
    this.#seats.delete(id);
    if (seat) {
      this.onMembers();
      this.onGone(seat);
    }
    return new Promise((empty) => {
      if (seat !== null && seat.load > 0) this.#retiring.set(id, { seat, empty });
      else {
        this.#retiring.set(id, { seat: null, empty: () => undefined });
        empty(seat);
      }
    });
  }

  /** The seat of that id is no more: an id is not used again, so nothing need be remembered of it. */
  forget(id: string): void {
    this.#retiring.delete(id);
  }

  seats(): IterableIterator<S> {
    return this.#seats.values();
  }

  /** What its seats do at this moment, those that make way among them. */
  get load(): { readonly serving: number; readonly capacity: number; readonly busy: number } {
    const serving = [...this.#seats.values()];
    const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
    return {
      serving: serving.length,
      capacity: sum(serving.map(({ capacity }) => capacity)),
      busy: sum([...serving, ...this.#leaving()].map(({ load }) => load)),
    };
  }

  /** Resolves when nothing runs in any seat. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idlers.add(resolve);
      this.#settleIdlers();
    });
  }

  #retired(id: string, { seat, empty }: { readonly seat: S | null; readonly empty: (seat: S | null) => void }): void {
    this.#retiring.set(id, { seat: null, empty: () => undefined });
    empty(seat);
  }

  #leaving(): Seat[] {
    return [...this.#retiring.values()].flatMap(({ seat }) => (seat ? [seat] : []));
  }

  #settleIdlers(): void {
    if (this.#idlers.size === 0) return;
    if (this.load.busy > 0) return;
    for (const idler of this.#idlers) idler();
    this.#idlers.clear();
  }
}

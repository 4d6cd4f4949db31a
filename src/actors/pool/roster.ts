import type { SlotLoad } from '../../machines/pool/queue/checkout.js';

/** A worker slot as the queue sees it. */
export interface Slot extends SlotLoad {
  readonly id: string;
  load: number;
  lastUsed: number;
}

/** The slots of a pool that take work now; it outlives a crash of the queue. */
export class Roster<S extends Slot = Slot> {
  readonly #slots = new Map<string, S>();
  /** Slots that make way: they take no more work, and what is told when the last of it is over. */
  readonly #retiring = new Map<string, { readonly slot: S | null; readonly empty: (slot: S | null) => void }>();
  /** Those who wait until nothing runs in any slot. */
  readonly #idlers = new Set<() => void>();
  /** Called when a slot has room again. */
  onRoom: () => void = () => undefined;
  /** Called when a slot that took work is no more, or another incarnation. */
  onGone: (slot: S) => void = () => undefined;

  /** The slot takes work: it is new, or has room again. */
  offer(slot: S): void {
    const retirement = this.#retiring.get(slot.id);
    if (retirement) {
      if (slot.load === 0) this.#retired(slot.id, retirement);
    } else {
      this.#slots.set(slot.id, slot);
      this.onRoom();
    }
    this.#settleIdlers();
  }

  withdraw(slot: S): void {
    const retirement = this.#retiring.get(slot.id);
    if (retirement) this.#retired(slot.id, retirement);
    if (this.#slots.get(slot.id) === slot) this.#slots.delete(slot.id);
    this.onGone(slot);
    this.#settleIdlers();
  }

  /**
   * No more work for the slot of that id. Resolves with it when the last of what ran in it is over; with null when it
   * took no work in the first place.
   */
  retire(id: string): Promise<S | null> {
    const slot = this.#slots.get(id) ?? null;
    this.#slots.delete(id);
    if (slot) this.onGone(slot);
    return new Promise((empty) => {
      if (slot !== null && slot.load > 0) this.#retiring.set(id, { slot, empty });
      else {
        this.#retiring.set(id, { slot: null, empty: () => undefined });
        empty(slot);
      }
    });
  }

  /** The slot of that id is no more: an id is not used again, so nothing need be remembered of it. */
  forget(id: string): void {
    this.#retiring.delete(id);
  }

  slots(): IterableIterator<S> {
    return this.#slots.values();
  }

  /** What its slots do at this moment, those that make way among them. */
  get load(): { readonly serving: number; readonly capacity: number; readonly busy: number } {
    const serving = [...this.#slots.values()];
    const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
    return {
      serving: serving.length,
      capacity: sum(serving.map(({ capacity }) => capacity)),
      busy: sum([...serving, ...this.#leaving()].map(({ load }) => load)),
    };
  }

  /** Resolves when nothing runs in any slot. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idlers.add(resolve);
      this.#settleIdlers();
    });
  }

  #retired(id: string, { slot, empty }: { readonly slot: S | null; readonly empty: (slot: S | null) => void }): void {
    this.#retiring.set(id, { slot: null, empty: () => undefined });
    empty(slot);
  }

  #leaving(): Slot[] {
    return [...this.#retiring.values()].flatMap(({ slot }) => (slot ? [slot] : []));
  }

  #settleIdlers(): void {
    if (this.#idlers.size === 0) return;
    if (this.load.busy > 0) return;
    for (const idler of this.#idlers) idler();
    this.#idlers.clear();
  }
}

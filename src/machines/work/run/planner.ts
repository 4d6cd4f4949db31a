import { EspalierError } from '../../../errors.js';
import type { SlotStatus } from '../slot.js';
import { type GateOptions, Gates } from './gates.js';
import { MinHeap } from './min-heap.js';
import type { SlotTable } from './slot-table.js';

export interface PlannerOptions extends GateOptions {
  /** Slots at work at once, at least 1. */
  readonly concurrency: number;
  /** How far beyond the first uncommitted slot slots may start; at least `concurrency`. */
  readonly reorderWindow: number;
  /** Whether a slot's row is settled without running it: it is not handed out. Asked when a slot's turn has come. */
  readonly barred?: (index: number) => boolean;
}

/**
 * Says which slots may start now: lowest index first, within concurrency, claim-ahead, the variant's cap, the chain's
 * lease and the reorder window. Every event costs O(log window) at most, and each slot is looked at once in passing:
 * a run of a million slots never has its committed prefix, or what waits, scanned again.
 *
 * It moves slots in the table it was given. A move that does not apply to the slot's phase changes nothing. A run that is
 * paused or being stopped does not ask.
 */
export class Planner {
  readonly #table: SlotTable;
  readonly #options: PlannerOptions;
  #gates: Gates;
  /** Slots behind the scan that may be tried again: given back, requeued, or woken at a gate. */
  #again = new MinHeap();
  #scan: number;
  #capacity = Number.POSITIVE_INFINITY;

  /** Slots that the table says are leased stay leased. Throws `ESP_INVALID` when the options do not fit. */
  constructor(table: SlotTable, options: PlannerOptions) {
    checkOptions(options);
    this.#table = table;
    this.#options = options;
    this.#gates = new Gates(options);
    this.#scan = table.frontier;
    for (const index of table.indexesOf('leased')) this.#gates.occupy(index);
  }

  /** How many slots may be at work at once: the run's concurrency, or less when the pool has less room. */
  get places(): number {
    return Math.min(this.#options.concurrency, this.#capacity);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** The room that the pool has for this run, in slots; with none nothing is claimed, ahead or not. */
  set capacity(slots: number) {
    this.#capacity = Math.max(0, slots);
  }

  /**
   * Leases and returns the slots that may be claimed now, lowest first.
   *
   * @param beyond leased slots beyond the places: claimed ahead, or ended and not yet on disk
   */
  claim(beyond = 0): number[] {
    const indexes: number[] = [];
    if (this.places === 0) return indexes;
    const limit = this.places + beyond;
    while (this.#table.count('leased') < limit) {
      const index = this.#take();
      if (index === undefined) break;
      this.#table.set(index, 'leased');
      indexes.push(index);
    }
    return indexes;
  }

  /** A leased slot goes back to pending: its claim was refused or given back, or it is to run again. */
  release(index: number): void {
    if (this.#table.phase(index) !== 'leased') return;
    this.#table.set(index, 'pending');
    this.#leave(index);
    // Beyond the scan (a slot that was leased when the plan was restored) it will be met in passing.
    if (index < this.#scan) this.#again.push(index);
  }

  /** A leased slot ended for good, or a pending one was settled without running. */
  finish(index: number, status: SlotStatus): void {
    const phase = this.#table.phase(index);
    if (phase !== 'leased' && phase !== 'pending') return;
    this.#table.set(index, 'finished', status);
    this.#leave(index);
  }

  /** A slot's row is on disk. Pending slots are committed only by a ruling that settles them without running. */
  commit(index: number, status: SlotStatus | null): void {
    const phase = this.#table.phase(index);
    if (phase !== 'finished' && phase !== 'pending') return;
    this.#table.set(index, 'committed', status);
    if (phase === 'pending') this.#leave(index);
  }

  /** An independent planner over a copy of the table, barring by the copy of what barred here. */
  clone(table: SlotTable, barred: (index: number) => boolean): Planner {
    const copy = new Planner(table, { ...this.#options, barred });
    copy.#gates = this.#gates.clone();
    copy.#again = this.#again.clone();
    copy.#scan = this.#scan;
    copy.#capacity = this.#capacity;
    return copy;
  }

  #take(): number | undefined {
    for (let index = this.#again.pop(); index !== undefined; index = this.#again.pop()) {
      if (this.#admits(index)) return index;
    }
    const end = Math.min(this.#table.size, this.#table.frontier + this.#options.reorderWindow);
    while (this.#scan < end) {
      const index = this.#scan;
      this.#scan += 1;
      if (this.#admits(index)) return index;
    }
    return undefined;
  }

  #admits(index: number): boolean {
    if (this.#table.phase(index) === 'pending' && this.#options.barred?.(index) !== true)
      return this.#gates.enter(index);
    // It may have been woken at a gate that it no longer wants: the turn goes to the next in line. (A slot that was
    // leased when the plan was restored is met in passing, and holds its gates.)
    if (this.#table.phase(index) !== 'leased') this.#leave(index);
    return false;
  }

  #leave(index: number): void {
    for (const woken of this.#gates.leave(index)) this.#again.push(woken);
  }
}

function checkOptions({ concurrency, reorderWindow, variantCap }: PlannerOptions): void {
  const problem =
    (!isAtLeast(1, concurrency) && `concurrency is ${concurrency}; it must be a whole number from 1`) ||
    (!isAtLeast(concurrency, reorderWindow) &&
      `reorderWindow is ${reorderWindow}; it must be at least ${concurrency}`) ||
    (variantCap !== undefined && !isAtLeast(1, variantCap) && `variantCap is ${variantCap}; it must be at least 1`);
  if (problem !== false) throw new EspalierError('ESP_INVALID', `this run cannot be planned: ${problem}`);
}

function isAtLeast(least: number, value: number): boolean {
  return Number.isInteger(value) && value >= least;
}
